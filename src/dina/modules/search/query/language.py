"""The language of the search box, read so that whatever people type means something.

search = all ( "OR" all )*                       also OU
all    = ( "AND"? term )*                        also ET
term   = ( "-" | "NOT" ) term                    also NON, SAUF
       | "(" search ")" | '"' phrase '"' | word | "*"
       | NAME ":" value                          a short name (names.toml) or paths of fields with commas between
       | LINK ":(" search ")"                    one linked record meets all of it
value  = ["~" | "=" | "=="] one ( ("|" | ",") one )*
one    = text | '"' text '"' | a..b | a.. | ..b | >a >=a <a <=a | text with * and ?

Words side by side must all occur; the last one, while it is typed, may be a beginning. `mead*` is a beginning,
`medow~` forgives slips. `=` compares the whole value, `==` with case and accents, `~` looks for words in it.
What is not understood is looked for as words, and said so.
"""

from __future__ import annotations

from dataclasses import dataclass

from dina.base.text import Text
from dina.modules.search.query import limits
from dina.modules.search.query.fields import Registry
from dina.modules.search.query.folding import words
from dina.modules.search.query.named import NamedTerms, Scope, words_node
from dina.modules.search.query.names import Names, names_of
from dina.modules.search.query.parsed import Parsed, Term, chip
from dina.modules.search.query.reading import UNSAFE, Ages, no_ages
from dina.modules.search.query.saying import joined
from dina.modules.search.query.scanning import Word, word_of
from dina.modules.search.query.tree import EVERYTHING, All, AnyOf, Form, Node, Not, Words

OR, AND = frozenset({"OR", "OU"}), frozenset({"AND", "ET"})
NOT = frozenset({"NOT", "NON", "SAUF"})
MAX_LEVEL = 12


def parse(text: str, fields: Registry, ages: Ages = no_ages, names: Names | None = None) -> Parsed:
    """The tree of a text, its parts as chips, and what was not understood. Never raises."""
    reader = _Reader(UNSAFE.sub(" ", text[: limits.MAX_BOX]), ages)
    if len(text) > limits.MAX_BOX:
        reader.doubt("query.box.tooLong", limits.MAX_BOX, len(text), limit=limits.MAX_BOX)
    terms = reader.search(Scope(fields, names or names_of(fields)), 0)
    nodes = tuple(term.node for term in terms)
    tree = EVERYTHING if not nodes else nodes[0] if len(nodes) == 1 else All(nodes)
    chips = tuple(chip(term, reader.scan.text) for term in terms)
    return Parsed(tree, chips, tuple(reader.doubts))


@dataclass
class _Reader(NamedTerms):
    terms: int = 0

    def search(self, scope: Scope, level: int) -> list[Term]:
        """The terms up to the end or the closing parenthesis; alternatives are one term."""
        branches = [self.all(scope, level)]
        while self.scan.keyword(OR):
            branches.append(self.all(scope, level))
        found = [one for one in branches if one]
        if len(found) < 2:
            return found[0] if found else []
        nodes = tuple(grouped(terms) for terms in found)
        start, end = found[0][0].start, found[-1][-1].end
        label = joined([both(terms) for terms in found], Text(" or ", " ou "))
        return [Term(AnyOf(nodes), start, end, "any", label)]

    def all(self, scope: Scope, level: int) -> list[Term]:
        terms: list[Term] = []
        while True:
            self.scan.blank()
            if not self.scan.next or (level and self.scan.next == ")"):
                return terms
            at = self.scan.at
            if self.scan.keyword(OR):
                self.scan.at = at
                return terms
            if self.scan.keyword(AND):
                continue
            term = self.term(scope, level)
            if term is not None and self.terms < limits.MAX_NODES // 4:
                self.terms += 1
                terms.append(term)

    def term(self, scope: Scope, level: int) -> Term | None:
        """The next term; None where nothing is asked for."""
        start = self.scan.at
        if self.scan.next == ")":
            self.scan.at += 1
            return None
        if self.negated():
            return self.negation(scope, level, start)
        if self.scan.next == "(":
            return self.group(scope, level, start)
        if self.scan.next == '"':
            return self.phrase(start)
        spelling = self.scan.name()
        if spelling is not None:
            return self.named(scope, level, spelling, start)
        return self.run(start, False)

    def negated(self) -> bool:
        if self.scan.next == "-":
            following = self.text[self.scan.at + 1 : self.scan.at + 2]
            if following and not following.isspace() and following not in "-)":
                self.scan.at += 1
                return True
            return False
        return self.scan.keyword(NOT)

    def negation(self, scope: Scope, level: int, start: int) -> Term | None:
        self.scan.blank()
        if not self.scan.next or level >= MAX_LEVEL:
            return None
        inner = self.single(scope, level + 1)
        if inner is None:
            return None
        label = Text(f"not {inner.label.en}", f"sauf {inner.label.fr}")
        return Term(Not(inner.node), start, self.scan.at, "not", label)

    def single(self, scope: Scope, level: int) -> Term | None:
        """A term in which a word is one word, not a row of them."""
        start = self.scan.at
        bare = self.scan.next not in '()"-' and self.scan.name() is None
        if bare and not (self.scan.keyword(NOT | OR | AND)):
            return self.run(start, True)
        self.scan.at = start
        return self.term(scope, level)

    def group(self, scope: Scope, level: int, start: int) -> Term | None:
        self.scan.at += 1
        if level >= MAX_LEVEL:
            self.doubt("query.box.tooDeep", start, start + 1)
            return None
        terms = self.search(scope, level + 1)
        self.scan.takes(")")
        if not terms:
            return None
        label = both(terms)
        if len(terms) > 1 or terms[0].kind == "any":
            label = Text(f"({label.en})", f"({label.fr})")
        return Term(grouped(terms), start, self.scan.at, "group", label)

    def phrase(self, start: int) -> Term | None:
        text = self.scan.quoted()[: limits.MAX_TEXT]
        end = self.scan.at
        while self.scan.next in ("*", "~"):
            self.scan.at += 1
        if not words(text):
            return None
        said = Text(f"“{text}”", f"« {text} »")
        return Term(Words(text, form=Form.PHRASE), start, end, "phrase", said)

    def run(self, start: int, alone: bool) -> Term | None:
        """Words side by side, or the next one alone."""
        found: list[Word] = []
        end = start
        while True:
            at = self.scan.at
            raw = self.scan.word()
            if not raw:
                break
            if raw == "*" and not found:
                return Term(EVERYTHING, at, self.scan.at, "words", Text("everything", "tout"))
            word = word_of(raw)
            if found and (word.fuzzy != found[0].fuzzy or raw == "*"):
                self.scan.at = at
                break
            if word.starred:
                self.doubt("query.box.star", at, self.scan.at, word=raw)
            found.append(word)
            end = self.scan.at
            self.scan.blank()
            if alone or word.begins or not self.is_word():
                break
        open_ = end == len(self.text) and not found[-1].fuzzy if found else False
        self.scan.at = end
        node = words_node(found, (), open_)
        said = self.text[start:end]
        return None if node is None else Term(node, start, end, "words", Text(said, said))

    def is_word(self) -> bool:
        """Whether a plain word follows."""
        at = self.scan.at
        sign = self.scan.next
        other = not sign or sign in '()"' or self.scan.keyword(OR | AND | NOT) or self.negated()
        self.scan.at = at
        return not other and self.scan.name() is None


def both(terms: list[Term]) -> Text:
    return joined([one.label for one in terms], Text(" and ", " et "))


def grouped(terms: list[Term]) -> Node:
    return terms[0].node if len(terms) == 1 else All(tuple(term.node for term in terms))
