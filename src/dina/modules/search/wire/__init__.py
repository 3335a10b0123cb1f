"""The search wire of the reference: an Elasticsearch-like query document over the same engine.

indexes       the names of indexes, and which linked records each knows as `included`
naming        `data.attributes.x.keyword` and `included.attributes.x` as fields of the tree
query         the parts of a query document as a tree; `simple` the language of simple_query_string
aggregations  as facets, and facets as aggregations are answered
asking        a whole request as a search of the engine
answering     what was found as it is answered; `source` what `_source` keeps
mapping       the fields of an index as clients build their query pages from
"""
