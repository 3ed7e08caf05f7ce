"""Rules and clocks of complaints."""
