"""The language of articles as labelled, found by this project and by py3langid: accuracy, CPU, and memory when loaded.

python -m benchmarks.languages    (pip install py3langid; left out where it is not there)
"""

import resource
from collections.abc import Callable
from time import process_time

from aggregator.extraction.metadata.language import detect_lang
from benchmarks import corpus

CUTS: dict[str, Callable[[str, str], str]] = {
    "title and 2,000 characters": lambda title, text: f"{title} {text[:2000]}",
    "200 characters": lambda _, text: text[:200],
    "60 characters": lambda _, text: text[:60],
    "title": lambda title, _: title,
}
NORWEGIAN = ("nb", "nn", "no")


def detectors() -> dict[str, Callable[[str], str | None]]:
    """Each with its tables loaded; prints what the loading took."""
    found: dict[str, Callable[[str], str | None]] = {"ours": lambda text: detect_lang(text, None)}
    found["ours"]("the first call makes the tables")
    try:
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
        from py3langid import classify

        found["py3langid"] = lambda text: str(classify(text)[0])
        found["py3langid"]("the first call loads the model")
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"py3langid loads in {process_time() - start:.2f} s of CPU and {memory:.0f} MiB")
    except ImportError:
        pass
    return found


def main() -> None:
    found = detectors()
    for name in ("fundus", "newsdataset", "wcxb"):
        pages = [page for page in corpus.pages(name) if page.get("lang")]
        labels = [page["lang"].lower().replace("_", "-").split("-")[0] for page in pages]
        for cut, sample in CUTS.items():
            samples = [sample(page.get("title") or "", page["text"]) for page in pages]
            for detector, detect in found.items():
                start = process_time()
                got = [detect(text) for text in samples]
                cpu = 1e6 * (process_time() - start) / len(samples)
                right = sum(a == b or (a in NORWEGIAN and b in NORWEGIAN) for a, b in zip(labels, got, strict=True))
                print(f"{name:12s} {cut:28s} {detector:10s} {right:4d} of {len(labels)} right  {cpu:5.0f} us a text")


if __name__ == "__main__":
    main()
