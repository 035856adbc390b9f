"""The same question as a Streamlit page, for bench/workbench.py: one slider, the same answer.

Run by that script with the Python of an environment that holds Streamlit and demarche:
``streamlit run bench/peers_streamlit.py``.
"""

from __future__ import annotations

import streamlit as st

from demarche.cases import shipped_case
from demarche.desk.what_if import Scenario
from demarche.desk.worktable import Worktable
from demarche.show._numbers import chance, span

PLACE = "position/rus-security/breadth"


@st.cache_resource
def _table() -> tuple[Worktable, Scenario]:
    return Worktable(), Scenario(base=shipped_case("regional-war"))


table, start = _table()
st.set_page_config(layout="wide")
world, answer, evidence = st.columns([1, 2, 1])
with world:
    mode = st.slider("position on breadth", 0, 100, 42, key="mode")
    st.slider("weight of the outside view", 0.0, 1.0, 0.5, 0.05)
scenario = start.edited(PLACE, str(mode))
live, before = table.answer(scenario), table.answer(start)
with answer:
    st.markdown(f"**{live.judgement}** (mode {mode})")
    st.table(
        [
            {
                "course": row.label,
                "now": chance(row.probability),
                "80 %": span(row.low, row.high),
                "was": chance(old.probability),
            }
            for row, old in zip(live.courses, before.courses, strict=True)
        ]
    )
with evidence:
    for row in table.precedents(scenario):
        st.checkbox(f"{row.trigger_date} {row.title}", value=True, key=row.id)
