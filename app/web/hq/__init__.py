"""Face of the head office (公司总部): campaigns, results, lists."""
