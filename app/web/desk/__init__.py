"""Face of the community desk (管理处): follow-up and visits."""
