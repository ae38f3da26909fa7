"""The browser fetch: Chromium found, started and driven, behind a gate of our own that checks and records.

`finding` looks for a Chromium, `chromium` starts and restarts it, `profiles` say whom it plays, `visiting` looks at
one page, `snapshots` takes what is shown, `keeping` puts it into the archive. `gate` is the only way out of the
browser: a proxy in this process that asks `crawlers.guard` before anything leaves and keeps the bytes that come
back as they came; `relaying`, `wire`, `streams`, `dialing` and `recording` are its parts.
"""
