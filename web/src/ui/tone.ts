/** How much a state asks of the reader; drawn by fill and weight, never by a level's colour. */
export type Tone = 'attention' | 'going' | 'done' | 'none'
