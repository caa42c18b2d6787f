"""Floor 0: the mechanisms every slice stands on. It knows no slice."""

from __future__ import annotations

from flask import Flask

from . import cli, db, demo, files, i18n, journal, pages, sealed, security, settings, ui


def init_app(app: Flask, chosen: settings.Settings) -> None:
    """Wire the core into an application."""
    journal.init_app(app)
    app.extensions["qihang.settings"] = chosen
    app.secret_key = settings.read_secret(chosen)
    app.config["SQLALCHEMY_DATABASE_URI"] = chosen.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {} if chosen.on_sqlite else _postgresql()
    db.db.init_app(app)
    with app.app_context():
        for engine in db.db.engines.values():
            db.prepare_engine(engine)
    app.extensions["qihang.store"] = files.store_at(chosen.blob_url)
    app.extensions["qihang.scratch"] = _scratch(chosen)
    sealed.init_app(app, chosen.keys_file)
    i18n.init_app(app)
    security.init_app(app, chosen)
    ui.init_app(app)
    pages.init_app(app)
    cli.init_app(app)
    demo.init_app(app)


def _postgresql() -> dict[str, object]:
    return {
        "pool_pre_ping": True,
        "connect_args": {
            "options": "-c timezone=utc -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
        },
    }


def _scratch(chosen: settings.Settings) -> object:
    """On the disk of the folder store, so that finishing a file is one rename."""
    store = files.store_at(chosen.blob_url)
    folder = store.root.parent / "scratch" if isinstance(store, files.FolderStore) else chosen.data / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
