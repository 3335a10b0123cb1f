/**
 * <dina-map>: the results of a search as clusters on our own base map (Natural Earth, public domain).
 * `tiles` gives clusters as JSON; "Search in this area" leads to the list with the box as a condition.
 * With `point` it is the place of one record instead.
 */
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { feature } from "topojson-client";
import world from "world-atlas/countries-50m.json";
import { counted } from "../counted.js";

/** Rings that cross the date line go on beyond it instead of back around the world. */
function unwrapped(country) {
  const ring = (points) => (points.some((p, i) => i && Math.abs(p[0] - points[i - 1][0]) > 180) ? points.map(([x, y]) => [x < 0 ? x + 360 : x, y]) : points);
  const { type, coordinates } = country.geometry;
  const made = type === "Polygon" ? coordinates.map(ring) : coordinates.map((polygon) => polygon.map(ring));
  return { ...country, geometry: { type, coordinates: made } };
}

class DinaMap extends HTMLElement {
  async connectedCallback() {
    const place = this.appendChild(document.createElement("div"));
    place.className = "map";
    place.setAttribute("role", "application");
    place.setAttribute("aria-label", this.getAttribute("label") || "");
    this.map = L.map(place, { worldCopyJump: true, minZoom: 1, maxZoom: 16, attributionControl: false }).setView([20, 0], 1);
    this.spots = L.layerGroup().addTo(this.map);
    const point = this.getAttribute("point");
    if (point) this.one(point.split(",").map(Number), Number(this.getAttribute("uncertainty")));
    else {
      this.area();
      this.map.on("moveend", () => this.draw());
      this.first = true;
      this.draw();
    }
    const countries = await (await fetch(world)).json();
    const style = { color: "var(--edge)", weight: 0.7, fillColor: "var(--card)", fillOpacity: 1, interactive: false };
    L.geoJSON(feature(countries, countries.objects.countries).features.map(unwrapped), style).addTo(this.map).bringToBack();
  }

  /**
   * One point with how far from it the place may be; further points (`others`) are hollow.
   * @param {number[]} at  latitude, longitude
   * @param {number} uncertainty  metres, 0 where it is not known
   */
  one(at, uncertainty) {
    this.map.setView(at, 5);
    const mark = (place, fillOpacity) => L.circleMarker(place, { radius: 8, color: "var(--leaf)", fillOpacity, interactive: false }).addTo(this.spots);
    for (const other of (this.getAttribute("others") || "").split(";").filter(Boolean)) mark(other.split(",").map(Number), 0);
    mark(at, 0.7);
    if (!uncertainty) return;
    const around = L.circle(at, { radius: uncertainty, color: "var(--info)", weight: 1.5, fillOpacity: 0.15, interactive: false }).addTo(this.spots);
    this.map.fitBounds(around.getBounds(), { maxZoom: 7, padding: [12, 12] });
  }

  area() {
    const link = this.appendChild(document.createElement("a"));
    link.className = "button quiet";
    link.textContent = this.getAttribute("area-label") || "";
    this.link = link;
  }

  address(box) {
    const q = `${this.getAttribute("query") || ""} box:${box}`.trim();
    const kept = new URLSearchParams(this.getAttribute("keep") || "");
    kept.set("q", q);
    return `${this.getAttribute("list")}?${kept}`;
  }

  async draw() {
    const bounds = this.map.getBounds();
    const fit = (n, most) => Math.max(-most, Math.min(most, n)).toFixed(3);
    this.link.href = this.address([fit(bounds.getWest(), 180), fit(bounds.getSouth(), 85), fit(bounds.getEast(), 180), fit(bounds.getNorth(), 85)].join(","));
    const zoom = Math.max(0, this.map.getZoom());
    const size = 2 ** zoom;
    const corner = this.map.project(bounds.getNorthWest(), zoom).divideBy(256).floor();
    const end = this.map.project(bounds.getSouthEast(), zoom).divideBy(256).floor();
    const wanted = [];
    for (let x = Math.max(0, corner.x); x <= Math.min(end.x, size - 1); x++)
      for (let y = Math.max(0, corner.y); y <= Math.min(end.y, size - 1); y++) wanted.push(`${zoom}/${x}/${y}`);
    const turn = (this.turn = (this.turn || 0) + 1);
    const query = encodeURIComponent(this.getAttribute("query") || "");
    const answers = await Promise.all(
      wanted.slice(0, 24).map(async (tile) => {
        const answer = await fetch(`${this.getAttribute("tiles")}/${tile}?q=${query}`);
        return answer.ok ? (await answer.json()).clusters : [];
      }),
    );
    if (turn !== this.turn) return;
    this.spots.clearLayers();
    const clusters = answers.flat();
    for (const one of clusters) this.cluster(one);
    if (this.first && clusters.length) {
      this.first = false;
      this.map.fitBounds(clusters.map((one) => [one.lat, one.lon]), { maxZoom: 6, padding: [40, 40] });
    }
  }

  cluster(one) {
    const said = counted(one.count, this.getAttribute("one-label"), this.getAttribute("count-label"));
    const width = Math.round(26 + 7 * Math.log10(one.count));
    const icon = L.divIcon({ className: "cluster", html: String(one.count), iconSize: [width, width] });
    const mark = L.marker([one.lat, one.lon], { icon, title: said, alt: said, keyboard: true }).addTo(this.spots);
    mark.on("click keypress", () => (one.id ? location.assign(`${this.getAttribute("list")}/${one.id}`) : this.map.setView([one.lat, one.lon], this.map.getZoom() + 2)));
  }
}

customElements.define("dina-map", DinaMap);
