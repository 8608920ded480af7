"""Places: regions by the Interior Ministry's codes, and polling stations by KPU's (Article 4, obligation D-02).

Regions are reference rows of this node. A station list is a fact that the commission of a regency states to its
partners; a newer list replaces the older one and both stay provable. Police state nothing here. Words: wilayah, TPS,
lokasi khusus, tanpa sinyal (blank spot). Voters appear as totals only, never by name.
"""
