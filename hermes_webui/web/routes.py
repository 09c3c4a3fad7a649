"""Every path of the server, in one table: what it takes, what it gives, and who handles it."""

from __future__ import annotations

from starlette.routing import Route

from hermes_webui.web import (
    about,
    agents,
    approvals,
    attachments,
    chat,
    conversation,
    docs,
    events,
    health,
    listing,
    login,
    models,
    navigation,
    pages,
    profiles,
    prompts,
    schedules,
    sessions,
    settings,
    usage,
)
from hermes_webui.web.endpoint import GET, POST, Endpoint
from hermes_webui.web.worktable import WORKSPACE

SESSION = "session_id, revision, session"
SETTINGS = "providers, default, titles, hermes_sessions, password, files, agents"
ACCEPTED = "stream_id, session_id, message_id, revision, queued"

SCHEDULES = "schedules, problem"
PROFILES = "profiles, default"
POLICY = "mode, from, given, allow"

API: tuple[Endpoint, ...] = (
    *WORKSPACE,
    Endpoint(GET, "/health", health.health, "Whether the server is well", gives="status, version, store, streams"),
    Endpoint(
        GET,
        "/api/sessions",
        listing.listed,
        "The list, a page at a time",
        "limit cursor archived trash query project source",
        gives="sessions, next_cursor, total, list_version, unread, hermes",
    ),
    Endpoint(GET, "/api/projects", listing.projects, "Projects", gives="projects"),
    Endpoint(
        POST,
        "/api/projects/save",
        listing.save_project,
        "Make or change a project",
        body=listing.SaveProject,
        gives="project_id, projects",
    ),
    Endpoint(
        POST,
        "/api/projects/delete",
        listing.remove_project,
        "Take a project away; its conversations stay",
        body=listing.RemoveProject,
        gives="project_id, projects",
    ),
    Endpoint(
        POST, "/api/session/answer", approvals.answer, "Answer a question", body=approvals.GiveAnswer, gives=SESSION
    ),
    Endpoint(GET, "/api/approvals", approvals.policy, "What agents may do without asking", gives=POLICY),
    Endpoint(POST, "/api/approvals", approvals.choose, "Change it", body=approvals.ChoosePolicy, gives=POLICY),
    Endpoint(GET, "/api/agents", agents.listed, "Agents on this machine", gives="agents"),
    Endpoint(
        POST,
        "/api/agents/test",
        agents.try_out,
        "Start an agent and ask what it is",
        body=agents.TryAgent,
        gives="ok, message, version, seconds",
    ),
    Endpoint(
        POST,
        "/api/session/mode",
        agents.choose_mode,
        "How the agent works",
        body=agents.ChooseMode,
        gives="session_id, agent",
    ),
    Endpoint(POST, "/api/session/move", listing.move, "Into a project, or out", body=listing.Move, gives=SESSION),
    Endpoint(POST, "/api/session/tag", listing.tag, "Give tags", body=listing.Tag, gives=SESSION),
    Endpoint(POST, "/api/session/seen", listing.seen, "Read, or unread", body=listing.Seen, gives="session_id, unread"),
    Endpoint(
        POST,
        "/api/session/new",
        sessions.new,
        "A new session; nothing is written yet",
        body=sessions.NewSession,
        gives="session",
    ),
    Endpoint(
        GET,
        "/api/session",
        conversation.get,
        "A conversation and a page of its messages",
        "session_id! messages msg_limit msg_before msg_around msg_after",
        gives="session",
    ),
    Endpoint(
        GET,
        "/api/session/outline",
        navigation.outline,
        "The prompts of a conversation, by number or time",
        "session_id! first limit at",
        gives="prompts, total, first, message_id",
    ),
    Endpoint(
        GET,
        "/api/session/find",
        navigation.find,
        "Words in a conversation, newest first",
        "session_id! query! limit before everything",
        gives="hits, next, searched",
    ),
    Endpoint(
        GET,
        "/api/session/export",
        navigation.export,
        "A whole conversation as a file: markdown, or json in hermes-webui's format",
        "session_id! format",
        gives="text/markdown",
    ),
    Endpoint(
        GET,
        "/api/session/status",
        conversation.status,
        "What changes while a reply is written",
        "session_id!",
        gives="session_id, revision, is_streaming, active_stream_id, message_count, last_run, queue, queue_held",
    ),
    Endpoint(POST, "/api/session/rename", sessions.rename, "A title by hand", body=sessions.Rename, gives=SESSION),
    Endpoint(POST, "/api/session/pin", sessions.pin, "Pin or unpin", body=sessions.Pin, gives=SESSION),
    Endpoint(
        POST, "/api/session/archive", sessions.archive, "Archive or take back", body=sessions.Archive, gives=SESSION
    ),
    Endpoint(POST, "/api/session/configure", sessions.configure, "Who answers", body=sessions.Configure, gives=SESSION),
    Endpoint(POST, "/api/session/delete", sessions.delete, "Move to the trash", body=sessions.Named, gives=SESSION),
    Endpoint(
        POST, "/api/session/restore", sessions.restore, "Take out of the trash", body=sessions.Named, gives=SESSION
    ),
    Endpoint(
        POST,
        "/api/session/draft",
        sessions.draft,
        "Save the composer's text",
        body=sessions.SaveDraft,
        gives="session_id, revision, draft_revision",
    ),
    Endpoint(POST, "/api/session/select", sessions.select, "Show another path", body=sessions.Select, gives=SESSION),
    Endpoint(
        POST, "/api/session/edit", chat.edit, "Another wording of a prompt", body=chat.Edit, gives=ACCEPTED, status=202
    ),
    Endpoint(
        POST,
        "/api/session/queue",
        chat.requeue,
        "Reword, move or take back a prompt that waits",
        body=chat.Requeue,
        gives="session_id, revision, queue",
    ),
    Endpoint(
        POST, "/api/session/fork", sessions.fork, "A new session up to a message", body=sessions.Fork, gives="session"
    ),
    Endpoint(POST, "/api/session/retry", chat.retry, "Another answer", body=chat.Retry, gives=ACCEPTED, status=202),
    Endpoint(
        POST,
        "/api/session/continue",
        chat.carry_on,
        "Go on with a reply that was cut off",
        body=chat.Continue,
        gives=ACCEPTED,
        status=202,
    ),
    Endpoint(POST, "/api/chat/start", chat.start, "Send a prompt", body=chat.Start, gives=ACCEPTED, status=202),
    Endpoint(
        POST,
        "/api/chat/cancel",
        chat.cancel,
        "Stop a run, keep what it said",
        body=chat.Cancel,
        gives="stream_id, state",
    ),
    Endpoint(
        POST,
        "/api/chat/resume",
        chat.resume,
        "Go on with waiting prompts",
        body=chat.Resume,
        gives="session_id, stream_id, revision",
        status=202,
    ),
    Endpoint(
        GET,
        "/api/chat/stream",
        events.run_stream,
        "A run's events (SSE)",
        "stream_id! after",
        gives="text/event-stream",
    ),
    Endpoint(
        GET,
        "/api/chat/stream/status",
        chat.stream_status,
        "Whether a run is open",
        "stream_id!",
        gives="stream_id, session_id, active, state",
    ),
    Endpoint(
        GET,
        "/api/events",
        events.page_stream,
        "Sessions' events and the list's changes (SSE)",
        "session_id after follow",
        gives="text/event-stream",
    ),
    Endpoint(
        POST,
        "/api/attachments",
        attachments.upload,
        "Attach a file: the body is the file (application/octet-stream, with x-hermes-upload: 1)",
        "name!",
        takes="application/octet-stream",
        gives="attachment",
    ),
    Endpoint(
        GET,
        "/api/attachments/{attachment_id}",
        attachments.get,
        "An attached file",
        "name",
        gives=docs.FILE,
    ),
    Endpoint(GET, "/api/prompts", prompts.listed, "The prompts that are kept", gives="prompts"),
    Endpoint(POST, "/api/prompts/save", prompts.save, "Keep a prompt", body=prompts.SavePrompt, gives="prompt"),
    Endpoint(POST, "/api/prompts/delete", prompts.delete, "Forget a prompt", body=prompts.DeletePrompt, gives="id"),
    Endpoint(GET, "/api/schedules", schedules.listed, "Prompts that are sent at a time", gives=SCHEDULES),
    Endpoint(
        POST,
        "/api/schedules/save",
        schedules.save,
        "Keep a schedule",
        body=schedules.SaveSchedule,
        gives=f"id, {SCHEDULES}",
    ),
    Endpoint(
        POST,
        "/api/schedules/delete",
        schedules.delete,
        "Take a schedule away; its conversations stay",
        body=schedules.OneSchedule,
        gives=SCHEDULES,
    ),
    Endpoint(
        POST,
        "/api/schedules/run",
        schedules.run,
        "Send a schedule's prompt now",
        body=schedules.RunSchedule,
        gives=f"session_id, {SCHEDULES}",
    ),
    Endpoint(
        POST,
        "/api/schedules/seen",
        schedules.seen,
        "What was missed has been seen",
        body=schedules.OneSchedule,
        gives=SCHEDULES,
    ),
    Endpoint(
        POST,
        "/api/schedules/times",
        schedules.times,
        "The next times of a rule",
        body=schedules.AskTimes,
        gives="times",
    ),
    Endpoint(
        GET, "/api/usage", usage.get, "What runs have used, by day", "days timezone", gives="days, total, complete"
    ),
    Endpoint(GET, "/api/profiles", profiles.listed, "What a new conversation may begin with", gives=PROFILES),
    Endpoint(
        POST,
        "/api/profiles/save",
        profiles.save,
        "Keep a profile",
        body=profiles.SaveProfile,
        gives=f"id, {PROFILES}",
    ),
    Endpoint(
        POST, "/api/profiles/delete", profiles.delete, "Forget a profile", body=profiles.DeleteProfile, gives=PROFILES
    ),
    Endpoint(GET, "/api/models", models.models, "Models to choose from", gives="providers, default"),
    Endpoint(GET, "/api/engines", models.engines, "Engines and what they can do", gives="engines"),
    Endpoint(GET, "/api/settings", settings.get, "All settings, and where each was set", gives=SETTINGS),
    Endpoint(
        POST,
        "/api/settings/provider",
        settings.set_provider,
        "Set a provider's key, or add an address",
        body=settings.SetProvider,
        gives=f"{SETTINGS}, id",
    ),
    Endpoint(
        POST,
        "/api/settings/provider/remove",
        settings.remove_provider,
        "Forget an added provider",
        body=settings.RemoveProvider,
        gives=SETTINGS,
    ),
    Endpoint(
        POST,
        "/api/settings/default",
        settings.choose_default,
        "Who answers where nobody chose",
        body=settings.ChooseDefault,
        gives=SETTINGS,
    ),
    Endpoint(
        POST,
        "/api/settings/hermes",
        settings.show_hermes,
        "Whether Hermes Agent's own sessions are listed",
        body=settings.ShowHermes,
        gives=SETTINGS,
    ),
    Endpoint(
        POST,
        "/api/settings/titles",
        settings.choose_titles,
        "Whether models give titles",
        body=settings.ChooseTitles,
        gives=SETTINGS,
    ),
    Endpoint(
        POST,
        "/api/settings/password",
        settings.set_password,
        "Set, change or take away the password",
        body=settings.SetPassword,
        gives=SETTINGS,
    ),
    Endpoint(
        POST,
        "/api/providers/test",
        settings.try_provider,
        "Ask a provider whether it answers",
        body=settings.TryProvider,
        gives="ok, code, message, models",
    ),
    Endpoint(
        GET,
        "/api/about",
        about.get,
        "Version, place, size, health and licences",
        gives="version, python, state, size, sessions, health, licences",
    ),
    Endpoint(POST, "/api/login", login.login, "Give the password", body=login.Login, gives="ok"),
    Endpoint(POST, "/api/logout", login.logout, "Forget this browser", gives="ok"),
)


def routes() -> list[Route]:
    """The routes of the whole server."""
    described = [Route(each.path, each.handler, methods=[each.method]) for each in API]
    document = docs.openapi(API)
    return [
        *described,
        Route("/api/openapi.json", docs.serve(document), methods=["GET"]),
        Route("/api/docs", docs.page(API), methods=["GET"]),
        Route("/", pages.page, methods=["GET"]),
        Route("/c/{session_id}", pages.conversation, methods=["GET"]),
        Route("/settings", pages.page, methods=["GET"]),
        Route("/settings/{section}", pages.page, methods=["GET"]),
        Route("/static/{path:path}", pages.static, methods=["GET"]),
        Route("/manifest.webmanifest", pages.manifest, methods=["GET"]),
        Route("/sw.js", pages.worker, methods=["GET"]),
        Route("/favicon.ico", pages.icon, methods=["GET"]),
    ]
