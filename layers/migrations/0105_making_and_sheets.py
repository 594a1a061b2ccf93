"""Layers made in the browser, saved table views, photos and documents of features."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from pathlib import Path

from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).resolve().parent.parent / "sql" / "districts.sql"


class Migration(migrations.Migration):

    dependencies = [
        ('layers', '0104_feature_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
        migrations.AddField(
            model_name='dataset',
            name='by_district',
            field=models.BooleanField(default=False, verbose_name='rights differ by district'),
        ),
        migrations.AddField(
            model_name='datasetfield',
            name='retired_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='retired'),
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('collection', models.SlugField(max_length=63, verbose_name='layer')),
                ('feature', models.BigIntegerField(verbose_name='feature')),
                ('file_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='file')),
                ('kind', models.CharField(choices=[('image', 'photo'), ('document', 'document')], max_length=10, verbose_name='kind')),
                ('name', models.CharField(max_length=120, verbose_name='file name')),
                ('media_type', models.CharField(max_length=100, verbose_name='format')),
                ('size_bytes', models.PositiveIntegerField(verbose_name='size')),
                ('sha256', models.CharField(max_length=64, verbose_name='checksum')),
                ('added_at', models.DateTimeField(auto_now_add=True, verbose_name='added')),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
            ],
            options={
                'ordering': ['added_at', 'pk'],
                'indexes': [models.Index(fields=['collection', 'feature'], name='attachment_by_feature')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['image', 'document'])), name='attachment_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='TableView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('collection', models.SlugField(max_length=63, verbose_name='layer')),
                ('title', models.CharField(max_length=80, verbose_name='name')),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=63), blank=True, default=list, size=None, verbose_name='columns')),
                ('query', models.CharField(blank=True, max_length=2000, verbose_name='order and filter')),
                ('is_shared', models.BooleanField(default=False, verbose_name='for everybody who sees the layer')),
                ('saved_at', models.DateTimeField(auto_now=True, verbose_name='saved')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saved by')),
            ],
            options={
                'ordering': ['title', 'pk'],
                'indexes': [models.Index(fields=['collection'], name='table_view_by_layer')],
                'constraints': [models.UniqueConstraint(fields=('collection', 'owner', 'title'), name='table_view_once')],
            },
        ),
    ]
