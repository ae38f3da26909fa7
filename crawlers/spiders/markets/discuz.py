"""Forums that run Discuz! X: one source, the hosts come from the configuration."""

from crawlers.source import Source


class Discuz(Source):
    """Site search of configured forums: `[sources.discuz.options] hosts = ["bbs.…"]`. Guests are often shut out."""

    name = "discuz"
    label = "论坛（Discuz!）"
    kind = "market"
    evidence = "2024-01-01"
    experimental = True

    search = "http://{host}/search.php?mod=forum&searchsubmit=yes&srchtxt={query}&kw={query}&page={page}"
    per_page = 20

    card = ("#threadlist li.pbw", "#threadlist li", "tbody[id^=normalthread_]")
    title = ("h3.xs3 a", "a.s.xst", "h3 a")
    link = ("h3.xs3 a@href", "a.s.xst@href", "h3 a@href")
    snippet = ("p:not(.xg1)", "p")
    shown_site = ("a.xi1", ".by cite a")
    date_text = ("p span", ".by em")
    next_page = (".pg a.nxt",)
    empty = ("没有找到匹配结果", "没有找到相关", "暂无匹配")

    @classmethod
    def asked_hosts(cls, settings):
        """The configured forums."""
        return tuple(str(host) for host in settings.options.get("hosts", ()))
