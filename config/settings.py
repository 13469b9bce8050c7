"""The one settings file. What differs between installations comes from the environment (`env.py`)."""

import base64
import contextlib
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
import pghistory
from celery.schedules import crontab
from csp.constants import NONCE, SELF
from csp.constants import NONE as CSP_NONE

from config import env, servers

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def local_secret(name: str, made: str) -> str:
    """A secret of this installation's own, made once, by the first of several at once.

    Production brings its own.
    """
    file = VAR_DIR / name
    if not file.exists():
        beside = VAR_DIR / f"{name}.{secrets.token_hex(4)}"
        beside.touch(mode=0o600)
        beside.write_text(made)
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(beside)
        beside.unlink()
    return file.read_text()


def local_keys(name: str) -> dict[int, bytes]:
    """Keys of this installation's own, likewise."""
    made = f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    return env.parse_keys(name, local_secret(name, made))


# Production demands its secrets and servers and speaks https only; anything else is a local trial.
PRODUCTION = env.flag("PRODUCTION")
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.required("SECRET_KEY") if PRODUCTION else env.text("SECRET_KEY")
SECRET_KEY = SECRET_KEY or local_secret("secret_key", secrets.token_urlsafe(60))
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env.text("PUBLIC_URL")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "csp",
    "health_check",
    "django_prometheus",
    "pgtrigger",
    "pghistory",
    "accounts",
    "outlets",
    "inspections",
    "complaints",
    "tellers",
    "reports",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.origin.OriginMiddleware",
    "accounts.middleware.IdleTimeoutMiddleware",
    "accounts.middleware.PasswordChangeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.navigation.navigation",
            ],
            "builtins": ["accounts.templatetags.page"],
        },
    }
]

# PostgreSQL is the only source of truth; without a URL the embedded server is used.
DATABASE_URL = env.required("DATABASE_URL") if PRODUCTION else env.text("DATABASE_URL")
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        DATABASE_URL or servers.database_url(),
        conn_max_age=600,
        conn_health_checks=True,
    )
}
DATABASES["default"]["TEST"] = {"NAME": env.text("TEST_DATABASE", "test_mingcha")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.required("REDIS_URL") if PRODUCTION else env.text("REDIS_URL")
REDIS_URL = REDIS_URL or servers.redis_url()
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "mingcha",
    }
}

# People and sessions.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "accounts.passwords.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.CharacterClassesValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30)
SESSION_COOKIE_NAME = "mingcha_session"
CSRF_COOKIE_HTTPONLY = False  # htmx sends the token from the page, the cookie stays readable

ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_ADAPTER = "accounts.adapters.ClosedSignupAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.PasswordForm",
}
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.AppForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 1 if PRODUCTION else 0)
ACCOUNT_RATE_LIMITS = {"login_failed": "5/30m/key,50/30m/ip", "login": "60/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "明查"
MFA_TOTP_TOLERANCE = 1  # a code typed while it changed is good for one step more (RFC 6238, 5.2)
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_PASSKEY_LOGIN_ENABLED = False
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
OIDC_SERVER_URL = env.text("OIDC_SERVER_URL")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = (
    {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "bank",
                    "name": "行内统一认证",
                    "client_id": OIDC_CLIENT_ID,
                    "secret": OIDC_CLIENT_SECRET,
                    "settings": {"server_url": OIDC_SERVER_URL},
                }
            ]
        }
    }
    if OIDC_SERVER_URL
    else {}
)

# What customers entrust to the bank is sealed with the first of these keys (`1:base64,2:base64`); the
# others open what was sealed before. The blind index finds equal numbers without opening them.
FIELD_KEYS = env.keys("FIELD_KEYS", required=PRODUCTION) or local_keys("field_keys")
FIELD_CIPHER = env.one_of("FIELD_CIPHER", ["AES-256-GCM", "SM4-GCM"])
BLIND_INDEX_KEY = (
    env.one_key("BLIND_INDEX_KEY", required=PRODUCTION) or local_keys("blind_index_key")[1]
)
BLIND_INDEX_HASH = env.one_of("BLIND_INDEX_HASH", ["SHA256", "SM3"])

# Words and figures.
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor", BASE_DIR / "var" / "assets" / "vendor"),
]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
ICONS_DIR = BASE_DIR / "var" / "assets" / "icons"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Jobs. PostgreSQL knows what is to be done; Redis only wakes the workers.
CELERY_BROKER_URL = f"redis+socket://{REDIS_URL[7:]}" if REDIS_URL[:7] == "unix://" else REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1740
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {
        "task": "accounts.tasks.jobs_sweep",
        "schedule": float(env.number("JOB_SWEEP_SECONDS", 30)),
    },
    "apply-moves": {"task": "outlets.tasks.moves_apply", "schedule": 3600.0},
    "redact-letters": {
        "task": "complaints.tasks.letters_redact",
        "schedule": crontab(hour=2, minute=30),
    },
    "train-letter-suggestions": {
        "task": "complaints.tasks.letters_train",
        "schedule": crontab(day_of_month=1, hour=3, minute=0),
    },
    "remind-letters": {
        "task": "complaints.tasks.letters_remind",
        "schedule": float(env.number("LETTERS_REMIND_SECONDS", 3600)),
    },
}
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 60)
# Years after which a closed letter loses what its customer entrusted to it. The demonstration's
# letters are older than the law wants such data kept.
RETENTION_YEARS = env.number("RETENTION_YEARS", 5 if PRODUCTION else 100)

# Letters by mail. The mailbox is the service office's own; without a URL mail is not fetched by itself.
MAIL_IMAP_URL = env.text("MAIL_IMAP_URL")
MAIL_IMAP_USER = env.text("MAIL_IMAP_USER")
MAIL_IMAP_PASSWORD = env.text("MAIL_IMAP_PASSWORD")
MAIL_IMAP_FOLDER = env.text("MAIL_IMAP_FOLDER", "INBOX")
MAIL_IMAP_CA_PATH = env.text("MAIL_IMAP_CA_PATH")
MAIL_IMAP_UNIT = env.text("MAIL_IMAP_UNIT")
MAIL_OWN_ADDRESSES = [address.lower() for address in env.words("MAIL_OWN_ADDRESSES")]
MAIL_OWN_DOMAINS = [domain.lower() for domain in env.words("MAIL_OWN_DOMAINS")]
MAIL_FETCH_SECONDS = env.number("MAIL_FETCH_SECONDS", 300)
if MAIL_IMAP_URL:
    CELERY_BEAT_SCHEDULE["fetch-letters"] = {
        "task": "complaints.tasks.letters_fetch",
        "schedule": float(MAIL_FETCH_SECONDS),
    }

# Network-facing rules.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [CSP_NONE],
    }
}

# API.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "accounts.authentication.ApiTokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "accounts.paging.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.problems.problem_response",
    "PAGE_SIZE": 100,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "明查 API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "网点检查、月度评比与简报。错误为 RFC 9457 problem details，列表按游标翻页。",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.problems.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "UnitKindEnum": "outlets.models.Unit.Kind",
        "JobStateEnum": "accounts.models.Job.State",
        "ChannelEnum": "inspections.models.Channel",
        "VisitStateEnum": "inspections.models.Visit.State",
        "InspectionStateEnum": "inspections.models.Inspection.State",
        "ScoreKindEnum": "reports.models.MonthlyScore.Kind",
        "MonthStateEnum": "reports.models.MonthClose.State",
        "QuizKindEnum": "tellers.models.Quiz.Kind",
        "LetterKindEnum": "complaints.models.Kind",
        "LetterChannelEnum": "complaints.models.Channel",
        "LetterStateEnum": "complaints.models.Letter.State",
        "LetterFindingStateEnum": "complaints.models.Responsibility.State",
        "MailStateEnum": "complaints.models.Mail.State",
        "LetterNoteKindEnum": "complaints.models.LetterNote.Kind",
        "AttachmentKindEnum": "complaints.models.Attachment.Kind",
        "LetterSourceEnum": "complaints.models.Letter.Source",
        "LetterSeverityEnum": "complaints.models.Severity",
        "ViolationSeverityEnum": "tellers.models.Severity",
        "ViolationSourceEnum": "tellers.models.Violation.Source",
        "PenaltyKindEnum": "tellers.models.Penalty.Kind",
        "FileEntryKindEnum": "tellers.selectors.files.EntryKind",
        "DocumentKindEnum": "reports.models.Document.Kind",
    },
}

# History: event rows can only be added.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()

LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
LOGGING_CONFIG = "accounts.logs.configure"
LOGGING = {"level": LOG_LEVEL}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
