import { store } from '../../player/store/index.js'; //~ pcd_imports_player ../../player/store/index.js
export { store as other } from "/assets/player/store/index.js"; //~ pcd_imports_player /assets/player/store/index.js
