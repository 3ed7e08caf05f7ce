"""Instruments in and out: YAML, XLSForm, LimeSurvey TSV, SurveyJS JSON, each with a loss report."""
