
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("studies", "0006_seed_glossary"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bucket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("window", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["window"], name="bucket_window")],
                "constraints": [models.UniqueConstraint(fields=("key", "window"), name="bucket_once")],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("alias", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=[("correction", "Correct something about a study"), ("missing_paper", "Tell us about a missing paper"), ("coding", "PEM or case definition"), ("retraction", "Retraction or erratum"), ("author_response", "Response of an author of the paper"), ("lived_experience", "Lived experience"), ("access", "Accessibility or translation"), ("other", "Something else")], max_length=20)),
                ("state", models.CharField(choices=[("quarantined", "Quarantined"), ("received", "Received"), ("in_review", "In review"), ("asked", "Asked the contributor"), ("awaiting_second", "Awaiting a second person"), ("applied", "Applied"), ("noted", "Noted"), ("declined", "Declined"), ("duplicate", "Already known"), ("spam", "Spam"), ("closed", "Closed without reply"), ("taken_back", "Taken back"), ("erased", "Erased")], max_length=16)),
                ("version", models.PositiveIntegerField(default=1, help_text="Moves with every change; decisions name the one shown.")),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("conflict", models.BooleanField(default=False)),
                ("reopened", models.BooleanField(default=False)),
                ("decline_reason", models.CharField(blank=True, choices=[("not_an_error", "The atlas already says what the paper says"), ("no_source", "We could not find it in the paper or another source"), ("out_of_scope", "It is not about an ME/CFS study"), ("advice", "The atlas gives no medical advice"), ("personal", "It names or describes a private person"), ("other", "Another reason, explained below")], max_length=16)),
                ("spam_score", models.PositiveSmallIntegerField(default=0)),
                ("consent_version", models.CharField(max_length=16)),
                ("may_summarise", models.BooleanField(default=False)),
                ("may_quote", models.BooleanField(default=False)),
                ("may_contact", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField()),
                ("waiting_since", models.DateTimeField(help_text="Since when it waits for whoever's turn it is.")),
                ("first_read_at", models.DateTimeField(blank=True, null=True)),
                ("looked_at", models.DateTimeField(blank=True, help_text="When staff looked at it in quarantine.", null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, choices=[("quarantined", "Quarantined"), ("received", "Received"), ("in_review", "In review"), ("asked", "Asked the contributor"), ("awaiting_second", "Awaiting a second person"), ("applied", "Applied"), ("noted", "Noted"), ("declined", "Declined"), ("duplicate", "Already known"), ("spam", "Spam"), ("closed", "Closed without reply"), ("taken_back", "Taken back"), ("erased", "Erased")], help_text="The end it came to; kept when erased.", max_length=16)),
                ("read_days", models.PositiveSmallIntegerField(blank=True, help_text="Whole days to the first reading.", null=True)),
                ("end_days", models.PositiveSmallIntegerField(blank=True, help_text="Whole days to the outcome.", null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("token_hash", models.CharField(max_length=64, null=True, unique=True)),
                ("receipt_hash", models.CharField(max_length=64, null=True, unique=True)),
                ("receipt_key_id", models.CharField(blank=True, max_length=32)),
                ("wrapped_key", models.BinaryField(null=True)),
                ("duplicate_of", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="contributions.contribution")),
                ("earlier_holder", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("holder", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("study", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.study")),
            ],
            options={
                "ordering": ["waiting_since", "id"],
                "permissions": [("see_contact", "May see contact details")],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ContactDetail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("body", models.BinaryField()),
                ("notify", models.BooleanField(default=False)),
                ("contribution", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="contact", to="contributions.contribution")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DayKey",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("key", models.BinaryField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="day_key_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(max_length=24)),
                ("actor_kind", models.CharField(choices=[("contributor", "contributor"), ("staff", "staff"), ("clock", "the clock"), ("system", "the system")], max_length=12)),
                ("from_state", models.CharField(blank=True, choices=[("quarantined", "Quarantined"), ("received", "Received"), ("in_review", "In review"), ("asked", "Asked the contributor"), ("awaiting_second", "Awaiting a second person"), ("applied", "Applied"), ("noted", "Noted"), ("declined", "Declined"), ("duplicate", "Already known"), ("spam", "Spam"), ("closed", "Closed without reply"), ("taken_back", "Taken back"), ("erased", "Erased")], max_length=16)),
                ("to_state", models.CharField(choices=[("quarantined", "Quarantined"), ("received", "Received"), ("in_review", "In review"), ("asked", "Asked the contributor"), ("awaiting_second", "Awaiting a second person"), ("applied", "Applied"), ("noted", "Noted"), ("declined", "Declined"), ("duplicate", "Already known"), ("spam", "Spam"), ("closed", "Closed without reply"), ("taken_back", "Taken back"), ("erased", "Erased")], max_length=16)),
                ("reason", models.CharField(blank=True, max_length=24)),
                ("happened_at", models.DateTimeField()),
                ("actor", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("contribution", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="events", to="contributions.contribution")),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("side", models.CharField(choices=[("contributor", "You"), ("staff", "Moderator")], max_length=12)),
                ("body", models.BinaryField()),
                ("sent_at", models.DateTimeField()),
                ("contribution", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="contributions.contribution")),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ProposalLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("use", models.CharField(choices=[("none", "Not at all: a fact checked in the paper"), ("summarised", "Summarised in our words"), ("quoted", "Quoted")], default="none", max_length=12)),
                ("words_stand_in_paper", models.BooleanField(default=False, help_text="The moderator says that shared words are the paper's.")),
                ("contribution", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="links", to="contributions.contribution")),
                ("draft_study", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.study")),
                ("proposal", models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.proposal")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StaffSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("own_papers", models.JSONField(blank=True, default=list, help_text="DOIs or PMIDs of papers you wrote, one a line.")),
                ("wants_mail", models.BooleanField(default=False, verbose_name="send me reminders by mail")),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="staff_settings", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name_plural": "staff settings",
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(fields=["state", "waiting_since", "id"], name="contribution_queue"),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(fields=["kind", "state", "waiting_since"], name="contribution_by_kind"),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(fields=["study", "state"], name="contribution_by_study"),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(fields=["holder", "state"], name="contribution_by_holder"),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(fields=["ended_at"], name="contribution_ended"),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(condition=models.Q(("state__in", ["quarantined", "received", "in_review", "asked", "awaiting_second", "applied", "noted", "declined", "duplicate", "spam", "closed", "taken_back", "erased"])), name="contribution_state_known"),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", ["correction", "missing_paper", "coding", "retraction", "author_response", "lived_experience", "access", "other"])), name="contribution_kind_known"),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("holder__isnull", False), ("lease_until__isnull", False), ("state", "in_review")), models.Q(("holder__isnull", False), ("state", "awaiting_second")), models.Q(models.Q(("state__in", ["in_review", "awaiting_second"]), _negated=True), ("holder__isnull", True), ("lease_until__isnull", True)), _connector="OR"), name="contribution_lease_fits_state"),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("state", "erased"), _negated=True), models.Q(("receipt_hash__isnull", True), ("token_hash__isnull", True), ("wrapped_key__isnull", True)), _connector="OR"), name="contribution_erased_is_empty"),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("ended_at__isnull", False), ("state__in", ["applied", "noted", "declined", "duplicate", "spam", "closed", "taken_back", "erased"])), models.Q(models.Q(("state__in", ["applied", "noted", "declined", "duplicate", "spam", "closed", "taken_back", "erased"]), _negated=True), ("ended_at__isnull", True)), _connector="OR"), name="contribution_end_has_time"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["happened_at"], name="event_happened"),
        ),
        migrations.AddConstraint(
            model_name="proposallink",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("draft_study__isnull", True), ("proposal__isnull", False)), models.Q(("draft_study__isnull", False), ("proposal__isnull", True)), _connector="OR"), name="link_leads_to_one_thing"),
        ),
        migrations.AddConstraint(
            model_name="proposallink",
            constraint=models.CheckConstraint(condition=models.Q(("use__in", ["none", "summarised", "quoted"])), name="link_use_known"),
        ),
    ]
