import {
  frame,
} from '../../pcd/frame.js'; //~ element_imports_pcd ../../pcd/frame.js
import '/pcd/registry.js'; //~ element_imports_pcd /pcd/registry.js

/* a comment
   of two lines */ const late = await import('../lib/late.js'); //~ dynamic_import only pcd/registry.js may import()
