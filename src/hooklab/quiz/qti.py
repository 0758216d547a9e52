"""The bank as a package of IMS Question and Test Interoperability 2.1, which an LMS imports.

Canvas and OpenOlat read it; the test in it draws as many questions of each block as the course
does. Elements and their order are those of the information model (imsqti_v2p1.xsd); the manifest is
that of IMS Content Packaging 1.1, with the resource types of QTI's integration guide.
"""

import io
import zipfile
from string import ascii_uppercase
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from markdown_it import MarkdownIt

from hooklab.quiz.bank import Bank, Question
from hooklab.quiz.draw import Posed, draw
from hooklab.texts import _, language, pick

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
MANIFEST, TEST = "imsmanifest.xml", "test.xml"

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# One moment for every file: the same bank makes the same package, byte by byte.
_DATED = (1980, 1, 1, 0, 0, 0)
# HTML in a text stays text, and what comes out is well-formed XML.
_INLINE = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True})


def package(bank: Bank) -> bytes:
    """A zip file with a manifest, a test and an item for each question, in the language in use."""
    files = {MANIFEST: _manifest(bank), TEST: _test(bank)}
    # Arranged here too, for an LMS that does not shuffle.
    arranged = draw(bank, len(bank.questions), bank.page_seed)
    files |= {_path(each.question): _item(each) for each in arranged}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, root in files.items():
            place = zipfile.ZipInfo(name, _DATED)
            place.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(place, tostring(root, "utf-8", xml_declaration=True))
    return buffer.getvalue()


def _path(question: Question) -> str:
    return f"items/{question.id}.xml"


def _manifest(bank: Bank) -> Element:
    root = Element("manifest", xmlns=PACKAGING, identifier="hooklab_quiz")
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = "QTIv2.1 Package"
    SubElement(metadata, "schemaversion").text = "1.0.0"
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    test = _resource(resources, "test", "imsqti_test_xmlv2p1", TEST)
    for question in bank.questions:
        SubElement(test, "dependency", identifierref=question.id)
        _resource(resources, question.id, "imsqti_item_xmlv2p1", _path(question))
    return root


def _resource(resources: Element, identifier: str, kind: str, path: str) -> Element:
    resource = SubElement(resources, "resource", identifier=identifier, type=kind, href=path)
    SubElement(resource, "file", href=path)
    return resource


def _test(bank: Bank) -> Element:
    title = _("Webhooks, from both ends")
    root = Element("assessmentTest", xmlns=QTI, identifier="hooklab_test", title=title)
    _outcome(root, "SCORE", "float", "0")
    _outcome(root, "PASS", "boolean", "false")
    part = SubElement(
        root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual"
    )
    for block, count in bank.asked.items():
        section = SubElement(
            part, "assessmentSection", identifier=f"block_{block}", title=block, visible="false"
        )
        questions = bank.block(block)
        # Of a folder without known mistakes a block may be smaller than what is asked of it.
        SubElement(section, "selection", select=str(min(count, len(questions))))
        SubElement(section, "ordering", shuffle="true")
        for question in questions:
            SubElement(section, "assessmentItemRef", identifier=question.id, href=_path(question))
    done = SubElement(root, "outcomeProcessing")
    total = SubElement(SubElement(done, "setOutcomeValue", identifier="SCORE"), "sum")
    SubElement(total, "testVariables", variableIdentifier="SCORE")
    enough = SubElement(SubElement(done, "outcomeCondition"), "outcomeIf")
    least = SubElement(enough, "gte")
    SubElement(least, "variable", identifier="SCORE")
    _value(least, "float", str(bank.needed(bank.length)))
    _value(SubElement(enough, "setOutcomeValue", identifier="PASS"), "boolean", "true")
    return root


def _item(drawn: Posed) -> Element:
    question = drawn.question
    root = Element("assessmentItem", xmlns=QTI, identifier=question.id, title=question.id)
    root.attrib |= {"adaptive": "false", "timeDependent": "false", _XML_LANG: language()}
    named = list(zip(ascii_uppercase, drawn.choices, strict=False))
    declared = SubElement(
        root,
        "responseDeclaration",
        identifier="RESPONSE",
        cardinality="single",
        baseType="identifier",
    )
    correct = SubElement(declared, "correctResponse")
    SubElement(correct, "value").text = next(name for name, choice in named if choice.is_right)
    _outcome(root, "SCORE", "float", "0")
    _outcome(root, "MAXSCORE", "float", "1")
    _outcome(root, "FEEDBACK", "identifier", "")
    body = SubElement(root, "itemBody")
    if question.listing:
        # The listing first: a prompt may hold words, but no block.
        SubElement(body, "pre").text = question.listing
    interaction = SubElement(
        body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1"
    )
    _fill(SubElement(interaction, "prompt"), pick(question.text))
    for name, choice in named:
        _fill(SubElement(interaction, "simpleChoice", identifier=name), pick(choice.text))
    _score(SubElement(root, "responseProcessing"))
    for name, choice in named:
        told = SubElement(
            root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show"
        )
        _fill(told, pick(choice.why))
    return root


def _score(processing: Element) -> None:
    """One point for the right answer, and the feedback that belongs to the chosen one."""
    right = SubElement(SubElement(processing, "responseCondition"), "responseIf")
    match = SubElement(right, "match")
    SubElement(match, "variable", identifier="RESPONSE")
    SubElement(match, "correct", identifier="RESPONSE")
    _value(SubElement(right, "setOutcomeValue", identifier="SCORE"), "float", "1")
    feedback = SubElement(processing, "setOutcomeValue", identifier="FEEDBACK")
    SubElement(feedback, "variable", identifier="RESPONSE")


def _outcome(root: Element, identifier: str, kind: str, default: str) -> None:
    declared = SubElement(
        root, "outcomeDeclaration", identifier=identifier, cardinality="single", baseType=kind
    )
    if default:
        SubElement(SubElement(declared, "defaultValue"), "value").text = default


def _value(parent: Element, kind: str, text: str) -> None:
    SubElement(parent, "baseValue", baseType=kind).text = text


def _fill(parent: Element, markdown: str) -> None:
    """Write Markdown of one line into `parent`, as inline elements that QTI has of XHTML."""
    made = fromstring(f"<p>{_INLINE.renderInline(markdown)}</p>")  # noqa: S314 - it is our own
    parent.text = made.text
    parent.extend(made)
