/** Colours of the layer. A grade is no alarm level: it has the accent's colour, size and figure tell it. */
export const GRADE_COLOUR = '#4fc7ba'
export const OVER_COLOUR = '#ffffff'
