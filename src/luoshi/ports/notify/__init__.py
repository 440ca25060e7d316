"""Notices out of the house: e-mail, SMS, webhooks; for staff a daily digest and what cannot wait."""
