"""Staff (员工): accounts, roles and which communities each may see."""
