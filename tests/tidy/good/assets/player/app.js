import { load } from '../pcd/registry.js';
