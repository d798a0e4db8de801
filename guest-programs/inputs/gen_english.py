#!/usr/bin/env python3
"""Writes english.txt: a text whose letters, words and lines are spread as in English.

    gen_english.py > english.txt

It is a haystack for searches: a few words are common and most are rare, one name is
rare and of 15 bytes (NEEDLE), now and then a word is there twice in a row, and there
are dates, numbers, addresses and letters that are not ASCII.
"""
import re
import sys

from english_words import ADJECTIVES, ADVERBS, FIXED, GRAMMAR, NAMES, NOUNS, VERBS
from gen_text import Choices

BYTES = 899_000
WIDTH = 76
NEEDLE = "Benedict Harlow"
# One out of so many.
PER_NEEDLE = 36
PER_DOUBLED = 1500

VOWELS = "aeiou"


def plural(noun):
    singular, _, irregular = noun.partition("/")
    if irregular:
        return irregular
    if singular.endswith(("s", "x", "ch", "sh")):
        return singular + "es"
    if singular.endswith("y") and singular[-2] not in VOWELS:
        return singular[:-1] + "ies"
    return singular + "s"


def third(verb):
    """`goes` of `go`."""
    return verb + "es" if verb.endswith("o") else plural(verb)


def stem(verb, ending):
    """`verb` with `ending`; a last consonant is doubled where the list has a `*`."""
    base = verb.rstrip("*")
    if verb.endswith("*"):
        return base + base[-1] + ending
    if base.endswith("e") and not base.endswith(("ee", "ye")):
        return base[:-1] + ending
    if base.endswith("y") and base[-2] not in VOWELS and ending == "ed":
        return base[:-1] + "ied"
    return base + ending


def forms(entry):
    """The base form, the one of `it`, past, participle, and the one with -ing."""
    base, *irregular = entry.split("/")
    past = irregular[0] if irregular else stem(base, "ed")
    done = irregular[1] if len(irregular) > 1 else past
    plain = base.rstrip("*")
    return plain, third(plain), past, done, stem(base, "ing")


def adverb(adjective):
    if adjective.endswith("y"):
        return adjective[:-1] + "ily"
    if adjective.endswith("le"):
        return adjective[:-1] + "y"
    return adjective + "ly"


class Writer:
    """Makes sentences. `sums` has, for each list in use, how far its weights add up."""

    def __init__(self, seed):
        self.choices = Choices(seed)
        self.sums = {}
        verbs = [forms(verb) for verb in VERBS]
        nouns = [noun.split("/")[0] for noun in NOUNS]
        self.lists = {
            "n": nouns,
            "ns": [plural(noun) for noun in NOUNS],
            "v": [verb[0] for verb in verbs],
            "vs": [verb[1] for verb in verbs],
            "ved": [verb[2] for verb in verbs],
            "ven": [verb[3] for verb in verbs],
            "ving": [verb[4] for verb in verbs],
            "a": ADJECTIVES,
            "ly": ADVERBS + [adverb(adjective) for adjective in ADJECTIVES],
            **NAMES,
            **FIXED,
        }

    def ranked(self, name):
        """An entry of a list; the one at rank r is picked in proportion to 1 / (r + 16)."""
        entries = self.lists[name]
        if name not in self.sums:
            total, sums = 0, []
            for rank in range(len(entries)):
                total += 10**6 // (rank + 16)
                sums.append(total)
            self.sums[name] = sums
        sums = self.sums[name]
        return entries[first_above(sums, self.choices.below(sums[-1]))]

    def symbol(self, name):
        special = getattr(self, "write_" + name, None)
        if special:
            return special()
        if name in GRAMMAR:
            return self.expand(self.choices.of(GRAMMAR[name]))
        return self.ranked(name)

    def expand(self, text):
        return re.sub("<([a-z_]+)>", lambda match: self.symbol(match[1]), text)

    def write_person(self):
        if self.choices.below(PER_NEEDLE) == 0:
            return NEEDLE
        return self.expand(self.choices.of(GRAMMAR["anyone"]))

    def write_count(self):
        return str(2 + self.choices.below(self.choices.of([12, 99, 400, 5000])))

    def write_price(self):
        return f"{1 + self.choices.below(90)}.{self.choices.below(100):02}"

    def write_year(self):
        return str(1840 + self.choices.below(180))

    def write_iso(self):
        month, day = 1 + self.choices.below(12), 1 + self.choices.below(28)
        return f"{self.write_year()}-{month:02}-{day:02}"

    def write_day(self):
        return str(1 + self.choices.below(28))

    def write_hex(self):
        return f"0x{self.choices.below(2**31) >> 4 * self.choices.below(5):x}"

    def write_clock(self):
        return f"{1 + self.choices.below(12)}:{self.choices.below(60):02}"

    def write_email(self):
        user = self.expand("<first>.<last>").lower()
        return ascii_only(f"{user}@{self.ranked('n')}.{self.ranked('domain')}")

    def write_url(self):
        scheme = self.choices.of(["https", "https", "http"])
        path = "/".join(self.ranked("ns") for _ in range(1 + self.choices.below(2)))
        return f"{scheme}://www.{self.ranked('n')}.{self.ranked('domain')}/{path}"

    def sentence(self, kind):
        text = self.expand(self.choices.of(GRAMMAR[kind]))
        text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
        start = re.search(r"[^\W_]", text).start()
        return text[:start] + text[start].upper() + text[start + 1 :]

    def paragraph(self):
        kind = self.choices.of(["narrative", "narrative", "speech", "record"])
        count = 3 + self.choices.below(6)
        if kind == "speech":
            count = 1 + self.choices.below(3)
        text = " ".join(self.sentence(kind) for _ in range(count))
        return wrap([word for word in text.split(" ") for word in self.repeated(word)])

    def repeated(self, word):
        """`word`, and once more where a tired writer would not have seen it."""
        if self.choices.below(PER_DOUBLED) == 0 and word.isalpha():
            return [word, word.lower()]
        return [word]


def first_above(sums, value):
    low, high = 0, len(sums) - 1
    while low < high:
        middle = (low + high) // 2
        if sums[middle] > value:
            high = middle
        else:
            low = middle + 1
    return low


def ascii_only(text):
    return "".join(letter for letter in text if letter.isascii() and letter != "'")


def wrap(words):
    """Lines of at most WIDTH letters, or one longer word."""
    lines, line = [], words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line += " " + word
    return "\n".join([*lines, line])


def main():
    writer = Writer(1815)
    size = 0
    paragraphs = []
    while size < BYTES - 500:
        paragraphs.append(writer.paragraph() + "\n")
        size += len(paragraphs[-1].encode()) + 1
    sys.stdout.buffer.write("\n".join(paragraphs).encode())


if __name__ == "__main__":
    main()
