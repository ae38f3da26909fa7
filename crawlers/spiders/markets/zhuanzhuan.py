"""转转: goods are shown in its application alone."""

from crawlers.walled import EMPTY_SHELL, Walled


class Zhuanzhuan(Walled):
    """www.zhuanzhuan.com: a public page that has no search and sends visitors to the application."""

    name = "zhuanzhuan"
    label = "转转"
    hosts = ("www.zhuanzhuan.com",)
    site_hosts = ("zhuanzhuan.com",)
    evidence = "2026-10-02"

    search = "https://www.zhuanzhuan.com/"

    shells = (("login", "application only", r"下载(转转|\s*APP|\s*App|客户端)|打开(转转|APP|App)|扫码下载"), EMPTY_SHELL)
