"""A search as a tree: read from JSON or from the search box, written back, checked against fields, evaluated.

tree        what a search is
reading     from neutral JSON; `writing` back to it
fitting     whether it fits the fields there are (`fields`)
intervals   names of the time scale
language    from what is typed into the search box; `wording` back to it
naive       what it means, over the documents of the API (`record`, `folding`, `dates`, `earth`)
describing  the tables of its reference page
chance      random searches for tests
"""
