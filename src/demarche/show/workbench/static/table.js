// The worktable's own script: sends what was moved, shows values while they move, drags marks.
// It holds no numbers of its own; every answer comes from the server.
(function () {
  "use strict";
  var count = 0, asked = null;
  window.demarcheTimes = [];

  function send(name, data) {
    data.n = ++count;
    Shiny.setInputValue(name, data, { priority: "event" });
  }
  function reason() {
    var box = document.getElementById("reason");
    return box ? box.value : "";
  }
  function move(place, value) {
    document.getElementById("kept").hidden = true;
    asked = performance.now();
    document.body.classList.add("computing");
    send("edit", { place: place, value: String(value), because: reason() });
  }
  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }
  function by(attribute, place) {
    return Array.prototype.filter.call(document.querySelectorAll("[" + attribute + "]"), function (node) {
      return node.getAttribute(attribute) === place;
    });
  }

  document.addEventListener("input", function (event) {
    var place = event.target.getAttribute("data-place");
    if (place && event.target.type === "range") {
      by("data-shows", place).forEach(function (node) { node.textContent = event.target.value; });
    }
  });

  document.addEventListener("change", function (event) {
    var node = event.target, place = node.getAttribute("data-place");
    if (place) {
      if (node.type === "checkbox") {
        move(place, node.checked ? node.getAttribute("data-on") : node.getAttribute("data-off"));
      } else { move(place, node.value); }
      return;
    }
    if (node.hasAttribute("data-end")) {
      place = node.getAttribute("data-end");
      var ends = by("data-end", place), mode = by("data-place", place)[0];
      move(place, ends[0].value + "," + mode.value + "," + ends[1].value);
      return;
    }
    if (node.hasAttribute("data-act-change")) {
      send("act", { act: node.getAttribute("data-act-change"), value: node.value });
    }
  });

  document.addEventListener("click", function (event) {
    var node = event.target.closest ? event.target.closest("[data-act]") : null;
    if (!node || node.disabled) { return; }
    var act = node.getAttribute("data-act"), from = node.getAttribute("data-from"), data = { act: act };
    if (from) {
      from.split(" ").forEach(function (id) {
        var box = document.getElementById(id);
        data[id.replace(/-/g, "_")] = box.type === "checkbox" ? box.checked : box.value;
      });
    } else { data.value = node.getAttribute("data-value") || ""; }
    send("act", data);
  });

  // Marks on the map: dragged with a pointer, moved with keys, sent when let go.
  var held = null;
  var pending = null;
  function at(grip, clientX) {
    var box = grip.ownerSVGElement.getBoundingClientRect();
    return Math.max(0, Math.min(100, Math.round(100 * (clientX - box.left) / box.width)));
  }
  function put(grip, value) {
    grip.setAttribute("cx", value + "%");
    grip.setAttribute("aria-valuenow", value);
  }
  document.addEventListener("pointerdown", function (event) {
    var grip = event.target;
    if (!grip.hasAttribute || !grip.hasAttribute("data-grip")) { return; }
    held = { grip: grip, from: Number(grip.getAttribute("aria-valuenow")) };
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
    grip.focus();
  });
  document.addEventListener("pointermove", function (event) {
    if (held) { put(held.grip, at(held.grip, event.clientX)); }
  });
  document.addEventListener("pointerup", function () {
    if (!held) { return; }
    var value = Number(held.grip.getAttribute("aria-valuenow"));
    if (value !== held.from) { move(held.grip.getAttribute("data-grip"), value); }
    held = null;
  });
  document.addEventListener("pointercancel", function () {
    if (held) { put(held.grip, held.from); held = null; }
  });
  var steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
  document.addEventListener("keydown", function (event) {
    var grip = event.target;
    if (!grip.hasAttribute || !grip.hasAttribute("data-grip")) { return; }
    var now = Number(grip.getAttribute("aria-valuenow")), next = now;
    if (event.key in steps) { next = now + steps[event.key]; }
    else if (event.key === "Home") { next = 0; }
    else if (event.key === "End") { next = 100; }
    else { return; }
    event.preventDefault();
    next = Math.max(0, Math.min(100, next));
    put(grip, next);
    pending = { grip: grip, value: next };
  });
  document.addEventListener("keyup", function (event) {
    if (pending && event.target === pending.grip && (event.key in steps || event.key === "Home" || event.key === "End")) {
      move(pending.grip.getAttribute("data-grip"), pending.value);
      pending = null;
    }
  });

  // The map is a second view of the same session: its link does not load the page again.
  function page(map) {
    document.body.classList.toggle("on-map", map);
    each(".bar nav a", function (link) {
      var there = link.getAttribute("href");
      if (there.charAt(1) !== "?" && there !== "/") { return; }
      if ((there.indexOf("page=factions") >= 0) === map) { link.setAttribute("aria-current", "page"); }
      else { link.removeAttribute("aria-current"); }
    });
  }
  function onMap() { return new URLSearchParams(location.search).get("page") === "factions"; }
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest(".bar nav a, .bar a.brand") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    var there = link.getAttribute("href");
    if (there.charAt(1) !== "?" && there !== "/") { return; }
    event.preventDefault();
    var query = new URLSearchParams(location.search), map = there.indexOf("page=factions") >= 0;
    if (map) { query.set("page", "factions"); } else { query.delete("page"); }
    history.pushState(null, "", "/?" + query);
    page(map);
    window.scrollTo(0, 0);
  });
  window.addEventListener("popstate", function () { page(onMap()); });

  // What this tab moved is kept in it, case by case: other pages lead back to it. It is taken up
  // before Shiny reads the address, which holds the state only until the page has opened.
  var opened = location.search;
  function stored(key, value) {
    try {
      if (value === null) { sessionStorage.removeItem("demarche " + key); }
      else if (value !== undefined) { sessionStorage.setItem("demarche " + key, value); }
      else { return sessionStorage.getItem("demarche " + key); }
    } catch (_) { /* a browser that keeps nothing still has the address */ }
    return null;
  }
  (function () {
    var query = new URLSearchParams(location.search), map = onMap();
    query.delete("page");
    var name = query.get("case") || stored("last"), kept = name ? stored("case " + name) : null;
    if (!kept) { return; }
    var plain = !query.has("set") && !query.has("branch"), here = query.toString();
    if (!plain && (new URLSearchParams(kept).toString() + "&").indexOf(here + "&") !== 0) { return; }
    history.replaceState(null, "", "/?" + (map ? "page=factions&" : "") + kept);
    document.getElementById("kept").hidden = !(plain && /[&](set|branch)=/.test(kept));
  })();

  // Shiny talks through jQuery events and messages.
  $(document).on("shiny:value", function (event) {
    if (event.name === "answer") {
      document.body.classList.remove("computing");
      if (asked !== null) {
        window.requestAnimationFrame(function () {
          window.setTimeout(function () {
            if (asked !== null) { window.demarcheTimes.push(performance.now() - asked); asked = null; }
          }, 0);
        });
      }
    }
  });
  $(document).on("shiny:disconnected", function () {
    document.body.classList.remove("computing");
    document.body.classList.add("lost");
    document.getElementById("lost").hidden = false;
    each("[data-place], [data-end], [data-act], [data-act-change]", function (node) { node.disabled = true; });
    each("[data-grip]", function (node) { node.removeAttribute("data-grip"); });
  });

  function ready() {
    Shiny.addCustomMessageHandler("values", function (values) {
      Object.keys(values).forEach(function (place) {
        var parts = values[place].split(","), mode = parts.length === 3 ? parts[1] : values[place];
        by("data-place", place).forEach(function (node) {
          if (node.type === "checkbox") { node.checked = mode === node.getAttribute("data-on"); }
          else { node.value = mode; }
        });
        by("data-shows", place).forEach(function (node) { node.textContent = mode; });
        if (parts.length === 3) {
          by("data-end", place).forEach(function (node) { node.value = parts[Number(node.getAttribute("data-at"))]; });
          by("data-grip", place).forEach(function (node) {
            if (!(held && held.grip === node) && !(pending && pending.grip === node)) { put(node, Number(mode)); }
          });
          by("data-line", place).forEach(function (node) {
            node.setAttribute("x1", parts[0] + "%"); node.setAttribute("x2", parts[2] + "%");
          });
        }
      });
    });
    Shiny.addCustomMessageHandler("moved", function (places) {
      each("[data-dial]", function (node) {
        node.classList.toggle("moved", places.indexOf(node.getAttribute("data-dial")) >= 0);
      });
    });
    Shiny.addCustomMessageHandler("state", function (told) {
      history.replaceState(null, "", "/?" + (onMap() ? "page=factions&" : "") + told.here);
      stored("case " + told.case, told.all);
      stored("last", told.case);
    });
    Shiny.addCustomMessageHandler("forget", function (_) {
      var name = new URLSearchParams(location.search).get("case");
      if (name) { stored("case " + name, null); }
      if (stored("last") === name) { stored("last", null); }
      document.getElementById("kept").hidden = true;
      history.replaceState(null, "", opened || "/");
    });
    Shiny.addCustomMessageHandler("progress", function (told) {
      var bar = document.getElementById("long-bar"), text = document.getElementById("long-text");
      bar.hidden = !told.running;
      bar.max = told.of || 1; bar.value = told.done || 0;
      text.textContent = told.text;
      document.getElementById("long-stop").disabled = !told.running;
      document.getElementById("long-run").disabled = told.running;
    });
    Shiny.addCustomMessageHandler("refused", function (_) {
      document.body.classList.remove("computing");
      asked = null;
    });
    page(onMap());
  }
  if (window.Shiny && Shiny.addCustomMessageHandler) { ready(); }
  else { $(document).on("shiny:connected", ready); }
})();
