"""Scrapy settings: only what differs from Scrapy's defaults, each with its reason.

What an installation chooses (agent, timeouts, sizes, delay) comes from `dajia.toml` and is laid over
these by `crawlers.session.apply`, so that `scrapy crawl` and `python -m crawlers.run` behave alike.
"""

import resource

BOT_NAME = "dajia"
SPIDER_MODULES = ["crawlers.spiders"]  # a source is found by lying there: no list to edit

# Nothing may listen beside us: both would run code for whoever reaches them.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# A captured page must not make us read local files or other protocols.
DOWNLOAD_HANDLERS = {"file": None, "data": None, "ftp": None, "s3": None}

# Names are resolved and checked by crawlers.guard; the connection uses that very answer.
TWISTED_DNS_RESOLVER = "crawlers.guard.PinnedResolver"

# Robots: our own middleware, with a policy per source and an explicit one for an unreachable robots.txt.
ROBOTSTXT_OBEY = False
DOWNLOADER_MIDDLEWARES = {
    "crawlers.guard.GuardMiddleware": 90,  # before robots.txt is asked: a refused host is not even asked for that
    "crawlers.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # loses the torn and the bombed
    "crawlers.recorder.DecodingMiddleware": 590,
    "crawlers.politeness.PolitenessMiddleware": 890,
    "crawlers.recorder.RecorderMiddleware": 950,  # nearest to the wire: still coded, every hop
}

COOKIES_ENABLED = True  # engines answer better with the cookie of their first answer; captures get a jar each
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # not 429 and 503: a wall must not be asked again
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
RETRY_EXCEPTIONS = [  # a timeout is not tried again: it has cost its share already
    "scrapy.exceptions.DownloadFailedError", "scrapy.exceptions.ResponseDataLossError",
    "twisted.internet.error.ConnectionDone", "twisted.internet.error.ConnectionLost",
]
HTTPERROR_ALLOW_ALL = True  # walls and 404s are observations
REDIRECT_MAX_TIMES = 8
METAREFRESH_MAXDELAY = 5  # a person would be carried on too
METAREFRESH_IGNORE_TAGS = ["noscript", "template"]
DOWNLOAD_FAIL_ON_DATALOSS = False  # what came is evidence; it is marked partial
DOWNLOAD_MAXSIZE = 0  # crawlers.recorder stops at the limit and keeps what came
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = False  # a bad certificate is a finding about a fake site, not a reason to look away
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier decides what is asked twice
CONCURRENT_REQUESTS = 64  # most of them wait for their domain's turn
CONCURRENT_ITEMS = 1  # Scrapy starts that many workers per response; we export a few items, or none
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 50_000_000
# Scrapy reads the peak, and a process is born with the peak of whoever started it: a large parent must not end it at once.
MEMUSAGE_LIMIT_MB = max(1400, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 + 400)

LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
WARN_ON_GENERATOR_RETURN_VALUE = False
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "gzip, deflate, br",
}
FEED_EXPORT_ENCODING = "utf-8"
