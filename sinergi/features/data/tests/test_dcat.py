"""The catalogue as DCAT, read by a library that shares no code with us."""

from __future__ import annotations

import warnings

import pytest
import rdflib
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, XSD

from sinergi.features.data.forms import CLASSES, REFRESHES
from sinergi.features.data.tests.test_catalogue import listed
from sinergi.features.data.views import dcat


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # the library's own
def test_the_export_is_read_as_dcat_and_says_no_word_that_its_vocabularies_do_not_have(kpu):
    kpu.post("secretary", f"/data/kumpulan/baku/{kpu.agreement}/", code=["D-01", "D-02"])
    kpu.state(listed(cls="dikecualikan", consequence_test="07/UK/2024"))
    answer = kpu.person("auditor").get("/data/katalog.jsonld")
    assert answer["Content-Type"].startswith("application/ld+json")
    graph = rdflib.Graph().parse(data=answer.content, format="json-ld")
    known = (DCAT, DCTERMS, FOAF, RDFS, XSD)
    for predicate, kind in {(p, o) for s, p, o in graph}:
        for word in (predicate, *([kind] if predicate == RDF.type else [])):
            space = next((one for one in known if str(word).startswith(str(one))), RDF)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert space[str(word).removeprefix(str(space))] == word
    catalog = graph.value(predicate=RDF.type, object=DCAT.Catalog)
    found = list(graph.objects(catalog, DCAT.dataset))
    assert len(found) == 3
    # What DCAT-AP 3 asks of a catalogue and of a data set, and what a reader needs to ask for one.
    for node, words in (
        (catalog, ("title", "description", "publisher")),
        *((one, ("title", "description")) for one in found),
    ):
        for word in words:
            assert list(graph.objects(node, DCTERMS[word])), (node, word)
    for one in found:
        assert (graph.value(one, DCTERMS.publisher), RDF.type, FOAF.Agent) in graph
        assert (graph.value(one, DCTERMS.accessRights), RDF.type, DCTERMS.RightsStatement) in graph
        assert graph.value(one, DCTERMS.issued).toPython().tzinfo is not None
    assert {str(graph.value(one, DCTERMS.identifier)) for one in found} == {"D-01", "D-02", "D-05"}
    assert not list(graph.objects(None, DCAT.distribution))


def test_every_class_and_rhythm_has_its_word():
    assert set(dcat.ACCESS) == set(CLASSES) and set(dcat.FREQUENCY) == set(REFRESHES)
