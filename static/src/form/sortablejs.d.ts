// The part of SortableJS that the canvas uses; the package brings no types.

declare module "sortablejs" {
  export interface SortableEvent {
    readonly item: HTMLElement;
    readonly clone: HTMLElement;
    readonly from: HTMLElement;
    readonly to: HTMLElement;
    readonly oldIndex?: number;
    readonly newIndex?: number;
  }
  export interface SortableOptions {
    readonly group?: { readonly name: string; readonly pull?: boolean | "clone"; readonly put?: boolean | ((to: Sortable, from: Sortable, item: HTMLElement) => boolean) };
    readonly sort?: boolean;
    readonly animation?: number;
    readonly draggable?: string;
    readonly handle?: string;
    readonly filter?: string;
    readonly preventOnFilter?: boolean;
    readonly forceFallback?: boolean;
    readonly fallbackTolerance?: number;
    readonly fallbackOnBody?: boolean;
    readonly emptyInsertThreshold?: number;
    readonly ghostClass?: string;
    readonly dragClass?: string;
    readonly onStart?: (event: SortableEvent) => void;
    readonly onEnd?: (event: SortableEvent) => void;
  }
  export default class Sortable {
    readonly el: HTMLElement;
    constructor(element: HTMLElement, options: SortableOptions);
    destroy(): void;
  }
}
