/** The player's icons, drawn on a 24 by 24 grid in the colour of the text around them. */

const SVG = 'http://www.w3.org/2000/svg';

const PATHS = Object.freeze({
  play: 'M7 4.5v15l13-7.5z',
  pause: 'M6 4.5h4.2v15H6zM13.8 4.5H18v15h-4.2z',
  next: 'M3 5v14l8.5-7zM11.5 5v14l8.5-7zM20 5h2v14h-2z',
  previous: 'M21 5v14l-8.5-7zM12.500 5v14L4 12zM2 5h2v14H2z',
  quiet: 'M4 9h4l5-4v14l-5-4H4z',
  loud: 'M4 9h4l5-4v14l-5-4H4zM15.500 8.200a5 5 0 0 1 0 7.600l-1-1.200a3.500 3.500 0 0 0 0-5.200zM18 5.500a9 9 0 0 1 0 13l-1.100-1.100a7.400 7.400 0 0 0 0-10.800z',
  search: 'M10 3a7 7 0 1 0 4.200 12.600l5 5 1.400-1.400-5-5A7 7 0 0 0 10 3zm0 2a5 5 0 1 1 0 10 5 5 0 0 1 0-10z',
  note: 'M9 4.500 20 2v13.500a3 3 0 1 1-2-2.830V7l-7 1.600V18a3 3 0 1 1-2-2.830z',
  film: 'M3 4h18v16H3zm2 2v2h2V6zm0 5v2h2v-2zm0 5v2h2v-2zM17 6v2h2V6zm0 5v2h2v-2zm0 5v2h2v-2zM9 6v5h6V6zm0 7v5h6v-5z',
  host: 'M4 3h16v12H4zm2 2v8h12V5zM9 17h6l1 4H8z',
  menu: 'M3 5h18v2H3zM3 11h18v2H3zM3 17h18v2H3z',
  settings: 'M3 5h9v2H3zM16 5h5v2h-5zM12 3h3v6h-3zM3 11h3v2H3zM10 11h11v2H10zM6 9h3v6H6zM3 17h11v2H3zM18 17h3v2h-3zM14 15h3v6h-3z',
  captions: 'M3 5h18v14H3zm2 2v10h14V7zM7 9.500h4v1.600H7zM13 9.500h4v1.600h-4zM7 13h6v1.600H7zM15 13h2v1.600h-2z',
  close: 'M5.400 4 12 10.600 18.600 4 20 5.400 13.400 12l6.600 6.600-1.400 1.400L12 13.400 5.400 20 4 18.600 10.600 12 4 5.400z',
  fullscreen: 'M3 3h7v2H5v5H3zM14 3h7v7h-2V5h-5zM3 14h2v5h5v2H3zM19 14h2v7h-7v-2h5z',
  star: 'M12 2.500l2.900 6.300 6.900.8-5.100 4.700 1.400 6.800-6.100-3.400-6.100 3.400 1.400-6.800-5.100-4.700 6.900-.8z',
  heart: 'M12 20.500 4.300 13A5 5 0 0 1 11.400 6l.6.6.6-.6a5 5 0 0 1 7.100 7z',
  list: 'M3 5h2v2H3zM7 5h14v2H7zM3 11h2v2H3zM7 11h14v2H7zM3 17h2v2H3zM7 17h14v2H7z',
  smart: 'M12 2a3 3 0 0 1 1.200 5.750l.5 1.900 1.800.6a3 3 0 1 1-.4 1.950l-1.800-.5-1.700 1.600.5 1.800A3 3 0 1 1 10 15.600l.5-1.800-1.700-1.600-1.800.5a3 3 0 1 1-.4-1.950l1.800-.6.6-1.900A3 3 0 0 1 12 2z',
  folder: 'M2.500 5h7l2 2.500h10V19h-19z',
  copies: 'M4 3h11v3H7v11H4zM9 8h11v13H9z',
  gone: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.100 4.500h2.200v7.500h-2.200zm0 9h2.200v2.200h-2.200z',
  columns: 'M3 4h18v16H3zm2 2v12h3.500V6zm5.500 0v12h3V6zm5 0v12H19V6z',
  up: 'M12 7l6 9H6z',
  down: 'M12 17 6 8h12z',
  right: 'M17 12 8 18V6z',
});

/** @typedef {keyof typeof PATHS} IconName */

/**
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}
