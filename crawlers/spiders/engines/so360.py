"""360 搜索 so.com: serves plain HTTP, wants the cookie of its first answer, prints the real address."""

from crawlers.source import Source


class So360(Source):
    """www.so.com, desktop. Only `h3.res-title > a` is a result; a bare data-mdurl scan also hits chrome and media."""

    name = "so360"
    label = "360搜索"
    hosts = ("www.so.com", "m.so.com", "ai.so.com", "fanyi.so.com", "baike.so.com", "image.so.com", "video.so.com")
    evidence = "2026-10-05"

    search = "https://www.so.com/s?q={query}&pn={page}"
    warm_up = "https://www.so.com/"
    headers = (("Referer", "https://www.so.com/"),)
    site_search = True
    minimum = 0.2

    card = ("ul.result > li.res-list", "li.res-list", "#main .res-list")
    title = ("h3.res-title > a", "h3.res-title a", "h3 a")
    link = ("h3.res-title > a@href", "h3.res-title a@href", "h3 a@href")
    real = ("h3.res-title > a@data-mdurl", "h3.res-title a@data-mdurl", "h3 a@data-mdurl")
    snippet = ("p.res-desc", ".res-list-summary", ".res-rich p", "p")
    shown_site = ("p.g-linkinfo cite a", "p.g-linkinfo cite", "cite")
    date_text = ("span.gray",)
    skip_links = (r"//(ai|fanyi|baike)\.so\.com/",)
    next_page = ("#snext",)
    related = ("#rs a",)
    empty = ("抱歉，未找到和", "没有找到该URL", "没有找到与")

    ad_links = (r"//e\.so\.com/(search/(eclk|mid)|adx/clk)", r"//e\.tf\.360\.cn/")
    ad_card = ("#e_idea_pp li", "#e_idea_left li", "#m-spread-left li", "#m-spread-bottom li", "li[class^=e-]",
               ".res-mediav", ".atom-adv", ".e-buss", "#righttop_box li")
    ad_inside = (".g-a-noline[data-md*=sad]",)
    landing = ("h3 a@e-landurl", "a@e-landurl")
    redirects = (r"//www\.so\.com/link\?",)
