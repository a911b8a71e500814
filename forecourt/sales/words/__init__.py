"""Why a sale came to what it did, in words, in the reader's language and for the reader: customer, cashier or auditor."""

from collections.abc import Iterable

from forecourt.kernel.languages import in_languages
from forecourt.loyalty.values import Programme
from forecourt.organisation.values import CompanyFacts
from forecourt.sales.values import Reason, Sentence
from forecourt.sales.words.names import CompanyNames, funder_name
from forecourt.sales.words.readers import Reader, told
from forecourt.sales.words.sentences import flag_sentence, sentence

__all__ = [
    "CompanyNames",
    "Reader",
    "explanation",
    "flag_sentence",
    "funder_name",
    "names_of",
    "sentence",
    "sentences",
    "told",
]


def names_of(company: CompanyFacts, programme: Programme) -> CompanyNames:
    """Names as of a programme, each looked up once for all explanations that they are used for, in any language."""
    return CompanyNames(company, {tier.code: tier.name for tier in programme.tiers})


def explanation(
    reasons: Iterable[Reason], company: CompanyFacts, programme: Programme, reader: Reader = Reader.AUDITOR
) -> list[tuple[Reason, str]]:
    """The reasons that are this reader's business, each with its sentence in the language of the moment."""
    return told(reasons, company, names_of(company, programme), reader)


def sentences(
    reasons: Iterable[Reason], company: CompanyFacts, names: CompanyNames, reader: Reader
) -> tuple[Sentence, ...]:
    """The same in every language, as tills and apps get it."""
    kept = tuple(reasons)
    said = in_languages(lambda: told(kept, company, names, reader))
    (first, *_others) = said.values()
    return tuple(
        Sentence(
            code=reason.code,
            verdict=reason.verdict,
            rule=reason.rule,
            words={tag: found[position][1] for tag, found in said.items()},
        )
        for position, (reason, _text) in enumerate(first)
    )
