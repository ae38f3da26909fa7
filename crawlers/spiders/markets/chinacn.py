"""中国供应商 china.cn: its lists have a hash of the query in their address, so they are entered through the engines."""

from crawlers.source import Source


class ChinaCn(Source):
    """Lists of www.china.cn that engines show. Telephone digits are drawn with a font of their own and are not read.
    The page structure is known from 2023: shipped as experimental."""

    name = "chinacn"
    label = "中国供应商"
    kind = "market"
    hosts = ("www.china.cn",)
    evidence = "2023-01-01"
    experimental = True

    search = "https://www.china.cn/"
    entry = "site"
    page_patterns = (r"//www\.china\.cn/search/[^/?]+\.shtml",)

    card = ("ul.extension_ul > li", "ul.extension_ul li")
    title = ("h3 a@title", "h3 a", "a[title]@title", "a")
    link = ("h3 a@href", "a[title]@href", "a@href")
    snippet = (".extension_msg", ".pro-detail", "p")
    shown_site = (".company_name a", ".company_name", ".company")
    date_text = (".time",)
    empty = ("没有找到相关", "暂无相关", "抱歉")

    ad_label = "广告"
