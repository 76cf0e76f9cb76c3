import { frame } from '../frame.js';
// import { store } from '../../player/store/index.js';
