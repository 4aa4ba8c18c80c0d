/** Colours of the layer: no alarm level has them; work is no alarm. */
export const WORK_COLOUR = '#c58af9'
export const OVERRUN_COLOUR = '#ffffff'
