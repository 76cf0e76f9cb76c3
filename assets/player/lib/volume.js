/** Whether a page may set how loud it is: on iPhones the buttons on the side alone do. */
export function canSetVolume() {
  const probe = document.createElement('audio');
  probe.volume = 0.5;
  return probe.volume === 0.5;
}
