"""Why a sale came to what it did, in words, in the reader's language and for the reader: customer, cashier or auditor."""

from collections.abc import Iterable

from forecourt.loyalty.values import Programme
from forecourt.organisation.values import CompanyFacts
from forecourt.sales.values import Reason
from forecourt.sales.words.names import CompanyNames, symbol
from forecourt.sales.words.readers import Reader, told
from forecourt.sales.words.sentences import flag_sentence, sentence

__all__ = ["CompanyNames", "Reader", "explanation", "flag_sentence", "sentence", "symbol", "told"]


def explanation(
    reasons: Iterable[Reason], company: CompanyFacts, programme: Programme, reader: Reader = Reader.AUDITOR
) -> list[tuple[Reason, str]]:
    """The reasons that are this reader's business, each with its sentence."""
    names = CompanyNames(company, {tier.code: tier.name for tier in programme.tiers})
    return told(reasons, company, names, reader)
