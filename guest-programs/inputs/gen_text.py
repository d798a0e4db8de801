#!/usr/bin/env python3
"""Writes text.txt: sentences from a small grammar, the same ones every time.

    gen_text.py > text.txt

The generator of pseudo-random numbers is spelled out because Python does not
promise that its own gives the same choices in every version.
"""
import sys
import textwrap

PARAGRAPHS = 260
WIDTH = 76

# <name> stands for one of its alternatives; words are picked more often the
# nearer they are to the front of their list.
GRAMMAR = {
    "sentence": [
        "<subject> <verb> <object>",
        "<subject> <verb> <object> <where>",
        "<where>, <subject> <verb> <object>",
        "<subject> was <doing> <object> <when>",
        "<when>, <subject> and <subject> were <doing> <object>",
        "<subject>, <doing> <object>, <verb> <object> of <subject>",
        "it is said that <subject> <verb> <object> <where>",
        "nobody asked why <subject> <verb> <object>",
    ],
    "subject": [
        "the <noun>",
        "the <adjective> <noun>",
        "every <noun>",
        "a <adjective> and <adjective> <noun>",
        "<name>",
    ],
    "object": [
        "the <noun>",
        "a <adjective> <noun>",
        "<number> <adjective> <noun>s",
        "the <noun> of <name>",
        "something <adjective>",
    ],
    "where": [
        "in the <place>",
        "near the <adjective> <place>",
        "beyond the <place> and the <place>",
        "on the way to the <place>",
    ],
    "when": [
        "in the morning",
        "before the evening",
        "long after midnight",
        "during the <adjective> spring",
        "at <number> o'clock",
    ],
    "doing": [
        "watching", "mending", "carrying", "painting", "counting", "bringing",
        "following", "measuring", "forgetting", "singing of", "weighing",
    ],
    "verb": [
        "found", "mended", "carried", "painted", "counted", "brought", "kept",
        "followed", "measured", "lost", "described", "understood", "sold",
    ],
    "noun": [
        "baker", "lantern", "river", "ladder", "kettle", "sailor", "garden",
        "clock", "teacher", "bridge", "orchard", "violin", "stone", "window",
        "carpenter", "ribbon", "compass", "wagon", "painting", "engine",
        "shepherd", "button", "mirror", "cloud", "wedding", "spring", "ring",
    ],
    "adjective": [
        "small", "quiet", "green", "wooden", "early", "brave", "broken",
        "patient", "golden", "narrow", "heavy", "shining", "sleeping", "round",
        "forgotten", "curious", "northern", "willing", "plain", "crooked",
    ],
    "place": [
        "harbour", "market", "mill", "valley", "station", "forest", "kitchen",
        "tower", "island", "crossing", "meadow", "library", "clearing",
    ],
    "name": ["Ada", "Bruno", "Clara", "Dorin", "Edda", "Farid", "Greta", "Ngozi"],
    "number": ["two", "three", "four", "seven", "11", "40", "365", "1024"],
}
ENDS = [".", ".", ".", ".", "!", "?", ";"]


class Choices:
    """A linear congruential generator of which the high bits are used."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) * bound >> 31

    def of(self, alternatives):
        count = len(alternatives)
        return alternatives[min(self.below(count), self.below(count))]


def expand(choices, text):
    while "<" in text:
        before, rest = text.split("<", 1)
        name, after = rest.split(">", 1)
        text = before + choices.of(GRAMMAR[name]) + after
    return text


def paragraph(choices):
    sentences = []
    for _ in range(4 + choices.below(9)):
        sentence = expand(choices, "<sentence>")
        sentences.append(sentence[0].upper() + sentence[1:] + choices.of(ENDS))
    return textwrap.fill(" ".join(sentences), WIDTH, break_long_words=False)


def main():
    choices = Choices(2024)
    sys.stdout.write("\n\n".join(paragraph(choices) for _ in range(PARAGRAPHS)) + "\n")


if __name__ == "__main__":
    main()
