"""The namespaces of feeds and the prefixes by which they go, as feedparser has them."""

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
