"""The web desk (研判台): people look, decide, hand on. Server-rendered, Chinese, no outside request, no inline script."""
