"""The paths of workspaces and terminals: the part of the table that `routes` takes in."""

from __future__ import annotations

from hermes_webui.web import docs, files, history, raw, terminal, trash, workspace
from hermes_webui.web.endpoint import GET, POST, Endpoint

ROOTS = "roots, default, terminal, terminal_from"
TRASH = "entries, size, days, more"

WORKSPACE: tuple[Endpoint, ...] = (
    Endpoint(GET, "/api/workspace/roots", workspace.roots, "Which folders may be workspaces", gives=ROOTS),
    Endpoint(
        POST, "/api/workspace/roots", workspace.choose_roots, "Change that", body=workspace.ChooseRoots, gives=ROOTS
    ),
    Endpoint(
        GET,
        "/api/workspace/folders",
        workspace.folders,
        "Folders to choose a workspace from",
        "path",
        gives="path, parent, folders, truncated",
    ),
    Endpoint(
        GET,
        "/api/workspace/tree",
        files.tree,
        "A page of a folder of a session's workspace",
        "session_id! path offset limit",
        gives="path, entries, total, next",
    ),
    Endpoint(
        GET,
        "/api/workspace/file",
        files.file,
        "A file as the page shows it",
        "session_id! path!",
        gives="path, name, size, modified, version, kind, encoding, text, truncated, editable",
    ),
    Endpoint(GET, "/api/workspace/raw", raw.get, "A file's bytes", "session_id! path! download", gives=docs.FILE),
    Endpoint(POST, "/api/workspace/save", files.save, "Save a text file", body=files.SaveFile, gives="path, version"),
    Endpoint(
        POST,
        "/api/workspace/make",
        files.make,
        "A new file or folder",
        body=files.MakeEntry,
        gives="path, kind, version",
    ),
    Endpoint(POST, "/api/workspace/move", files.move, "Rename or move", body=files.MoveEntry, gives="path"),
    Endpoint(POST, "/api/workspace/trash", files.trash, "Delete", body=files.TrashEntry, gives="trash_id"),
    Endpoint(POST, "/api/workspace/restore", files.restore, "Take back", body=files.RestoreEntry, gives="path"),
    Endpoint(GET, "/api/workspace/trash", trash.get, "What is in the trash, of all workspaces", gives=TRASH),
    Endpoint(POST, "/api/workspace/trash/empty", trash.empty, "Remove all of it", body=trash.EmptyTrash, gives=TRASH),
    Endpoint(
        POST,
        "/api/workspace/trash/restore",
        trash.restore,
        "Put something back where it was",
        body=trash.RestoreKept,
        gives=f"root, path, {TRASH}",
    ),
    Endpoint(
        POST,
        "/api/workspace/upload",
        raw.upload,
        "Put a file there: the body is the file (application/octet-stream, with x-hermes-upload: 1)",
        "session_id! path!",
        takes="application/octet-stream",
        gives="path, size, modified",
    ),
    Endpoint(
        GET,
        "/api/workspace/search",
        files.search,
        "Files by name, or lines by text",
        "session_id! query! in limit",
        gives="hits, truncated",
    ),
    Endpoint(
        GET,
        "/api/workspace/git",
        history.git,
        "What differs, and what was changed since the last prompt",
        "session_id!",
        gives="repository, branch, ahead, behind, changes, truncated, message, touched",
    ),
    Endpoint(
        GET,
        "/api/workspace/diff",
        history.diff,
        "A file's difference, or what a commit changed in it",
        "session_id! path staged commit",
        gives="patch",
    ),
    Endpoint(GET, "/api/workspace/log", history.log, "The newest commits", "session_id! limit", gives="commits"),
    Endpoint(
        GET,
        "/api/workspace/commit",
        history.commit,
        "A commit with its files and differences",
        "session_id! commit!",
        gives="id, parents, author, email, at, committer, committed_at, message, files, truncated",
    ),
    Endpoint(GET, "/api/terminal", terminal.listed, "A session's terminals", "session_id!", gives="terminals"),
    Endpoint(
        POST, "/api/terminal/open", terminal.open_one, "Open one", body=terminal.OpenTerminal, gives="terminal_id"
    ),
    Endpoint(
        GET,
        "/api/terminal/stream",
        terminal.stream,
        "What it says (SSE)",
        "terminal_id! after",
        gives="text/event-stream",
    ),
    Endpoint(POST, "/api/terminal/input", terminal.type_into, "Type", body=terminal.TypeInto, gives="terminal_id"),
    Endpoint(
        POST, "/api/terminal/resize", terminal.resize, "Another size", body=terminal.ResizeTerminal, gives="terminal_id"
    ),
    Endpoint(POST, "/api/terminal/close", terminal.close, "End it", body=terminal.CloseTerminal, gives="terminal_id"),
)
