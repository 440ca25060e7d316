"""The API of the investment line: companies, leads and what stands beside them, occasions, exchange rates, sums, whole lists."""

from typing import Final

from luoshi.leads import api_companies, api_counts, api_leads, api_lists, api_occasions, api_rates

ENDPOINTS: Final = (
    *api_lists.ENDPOINTS,  # addresses that hold an id come after those that do not
    *api_companies.LISTS,
    *api_companies.ONE,
    *api_leads.LISTS,
    *api_counts.ENDPOINTS,
    *api_leads.ONE,
    *api_occasions.ENDPOINTS,
    *api_rates.ENDPOINTS,
)
