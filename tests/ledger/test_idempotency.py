"""Idempotency keys: done once, another body refused, a second asker told to wait."""

import threading

import pytest
from django.db import connection

from ledger.errors import KeyReused, KeyRunning
from ledger.idempotency import once
from ledger.models import IdempotentAnswer


@pytest.mark.django_db
def test_the_same_request_is_answered_again_without_being_done_again():
    done = []
    for _ in range(3):
        answer = once("api:1", "k", {"amount": "1"}, lambda: done.append(1) or {"receipt": "A-1"})
    assert answer == {"receipt": "A-1"}
    assert len(done) == 1


@pytest.mark.django_db
def test_a_used_key_with_another_body_is_refused_and_other_scopes_are_free():
    once("api:1", "k", {"amount": "1"}, lambda: {"n": 1})
    with pytest.raises(KeyReused) as refused:
        once("api:1", "k", {"amount": "2"}, lambda: {"n": 2})
    assert refused.value.status == 422
    assert once("api:2", "k", {"amount": "2"}, lambda: {"n": 2}) == {"n": 2}


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_told_so():
    running, finish, seen = threading.Event(), threading.Event(), []

    def first():
        def work():
            running.set()
            finish.wait(10)
            return {"n": 1}

        once("api:1", "k", {}, work)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert running.wait(10)
    with pytest.raises(KeyRunning) as refused:
        once("api:1", "k", {}, lambda: seen.append(1) or {})
    finish.set()
    thread.join()
    assert refused.value.status == 409
    assert seen == []
    assert once("api:1", "k", {}, lambda: {"n": 2}) == {"n": 1}


@pytest.mark.django_db
def test_work_that_fails_leaves_the_key_free():
    with pytest.raises(ZeroDivisionError):
        once("api:1", "k", {}, lambda: {"n": 1 // 0})
    assert not IdempotentAnswer.objects.exists()
    assert once("api:1", "k", {}, lambda: {"n": 1}) == {"n": 1}
