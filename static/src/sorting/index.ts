// SortableJS by itself: the designer of forms asks for it once its canvas is drawn.

export { default } from "sortablejs";
