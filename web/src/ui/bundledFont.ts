/** The Chinese font that we bring along: about a hundred parts of each weight, of which a page loads what it shows. */
import '@fontsource/noto-sans-sc/400.css'
import '@fontsource/noto-sans-sc/700.css'
