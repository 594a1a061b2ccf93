"""Long work of the cadastre, in the background."""

from django_tasks import task

from cadastre.quality.queue import check_cadastre


@task()
def check_whole_cadastre() -> dict[str, int]:
    """Bring the quality queue up to date; returns counts by rule."""
    return check_cadastre()
