"""Problems owners share: codes of comments, concentration, public answers, promises, actions."""
