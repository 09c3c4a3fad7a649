"""Modules put together: what they say to one another stays, and what is not understood is refused."""

import pytest

from hermes_webui.web.packing import PackingError, packed

PAGE = {
    "app.js": "import { begin } from './page/page.js';\n\nawait begin();\n",
    "page/page.js": """import {
  a,
  b as c,
} from '../state/a.js';
import lib from 'lib';

export function begin() { return lib(a, c); }
""",
    "state/a.js": """export const a = 1;
export const b = () => import('./late.js');
const own = new URL('../x.css', import.meta.url);
""",
    "state/late.js": """import { a } from './a.js';
import {
  only,
} from './only.js';

export default function late() { return a + only; }
""",
    "state/only.js": "export const only = 2;\n",
}
NAMED = {"lib": "vendor/lib.js"}


def test_a_pack_holds_what_its_entry_needs_in_the_order_of_evaluation():
    pack = packed(PAGE, ["app.js"], NAMED)["packs/app.js"]
    assert "import { default as $vendor_lib$default } from '../vendor/lib.js';" in pack
    assert pack.index("const a = 1;") < pack.index("function begin()")
    assert "const { a, b: c } = $state_a;" in pack
    assert "const lib = $vendor_lib$default;" in pack
    assert "Object.assign($state_a, { a, b });" in pack
    assert "await begin()" not in pack, "the entry runs by itself"
    assert "only" not in pack, "what is imported when it is needed stays by itself"


def test_addresses_are_those_of_the_module_and_not_of_its_pack():
    pack = packed(PAGE, ["app.js"], NAMED)["packs/app.js"]
    assert "import('../state/late.js')" in pack
    assert "new URL('../x.css', new URL('../state/a.js', import.meta.url).href)" in pack


def test_whoever_asks_for_a_packed_module_gets_that_of_the_pack():
    done = packed(PAGE, ["app.js"], NAMED)
    assert done["app.js"] == (
        "import { $page_page } from './packs/app.js'; const { begin } = $page_page;\n\nawait begin();\n"
    )
    assert done["state/a.js"] == "import { $state_a } from '../packs/app.js';\nexport const { a, b } = $state_a;\n"
    late = done["state/late.js"]
    assert late.startswith("import { $state_a } from '../packs/app.js'; const { a } = $state_a;\nimport {\n  only,\n}")
    assert late.count("\n") == PAGE["state/late.js"].count("\n"), "each line keeps its number"
    assert "state/only.js" not in done


def test_a_later_pack_takes_from_an_earlier_one():
    done = packed(PAGE, ["app.js", "state/late.js"], NAMED)
    assert "const only = 2;" in done["packs/late.js"]
    assert "const a = 1;" not in done["packs/late.js"]
    assert "import { $state_only } from '../packs/late.js'; const { only } = $state_only;" in done["state/late.js"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("export { a } from './state/a.js';\n", "not understood"),
        ("export let changing = 1;\n", "not understood"),
        ("import * as all from './state/a.js';\n", "not understood"),
        ("import { a } from './state/a.js'\n", "not understood"),
        ("import { missing } from './state/a.js';\n", "imports missing, which state/a.js has not"),
        ("import lib from './state/a.js';\n", "imports default, which state/a.js has not"),
        ("import { begin } from './other.js';\nexport const end = 1;\n", "circle"),
        ("import './nowhere.js';\n", "nowhere.js, which is not there"),
        ("const later = () => import('./nowhere.js');\n", "nowhere.js later, which is not there"),
    ],
)
def test_what_would_go_wrong_in_a_browser_is_refused(text: str, why: str):
    other = {"other.js": "import { end } from './app.js';\n\nexport const begin = end;\n"} if "other.js" in text else {}
    with pytest.raises(PackingError, match=why):
        packed({**PAGE, **other, "app.js": text}, ["app.js"], NAMED)


@pytest.mark.parametrize("text", ['import("./late.js")', "import(name)", "import.meta.resolve('./x')"])
def test_what_depends_on_its_place_in_another_way_is_not_moved(text: str):
    with pytest.raises(PackingError, match="depends on its place"):
        packed({**PAGE, "state/a.js": f"{PAGE['state/a.js']}const more = () => {text};\n"}, ["app.js"], NAMED)


@pytest.mark.parametrize(
    ("more", "entries"),
    [
        ({"state/a-b.js": "", "state/a_b.js": ""}, ["app.js"]),
        ({"other/app.js": "import { only } from '../state/only.js';\n"}, ["app.js", "other/app.js"]),
    ],
)
def test_one_name_is_not_given_twice(more: dict[str, str], entries: list[str]):
    with pytest.raises(PackingError, match=r"one name|two of"):
        packed({**PAGE, **more}, entries, NAMED)
