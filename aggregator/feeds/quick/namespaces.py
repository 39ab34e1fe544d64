"""Lists the namespaces of feeds, the prefixes by which they go, and HTML's elements, as feedparser has them."""

ATOM = "http://www.w3.org/2005/atom"
XML = "http://www.w3.org/XML/1998/namespace"
XHTML = "http://www.w3.org/1999/xhtml"

NAMESPACES = {
    "": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    ATOM: "",
    XHTML: "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    XML.lower(): "xml",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}

# A namespace that is not known goes by the prefix the document gives it; these prefixes mean what they always mean.
PREFIXES = {"atom": "unknownatom"}

# The elements by which a text that is declared plain is taken for HTML: those of HTML 4 and 5 that feeds may hold.
_HTML = """
a abbr acronym address area article aside audio b big blockquote br button canvas caption center cite code col
colgroup command datagrid datalist dd del details dfn dialog dir div dl dt em event-source fieldset figcaption
figure font footer form h1 h2 h3 h4 h5 h6 header hr i img input ins kbd keygen label legend li m map menu meter
multicol nav nextid noscript ol optgroup option output p pre progress q s samp section select small sound source
spacer span strike strong sub sup table tbody td textarea tfoot th thead time tr tt u ul var video
"""
HTML_ELEMENTS = frozenset(_HTML.split())
