/** What hangs beside every list and knows more than a component may: given by the app. */
import type { Component, InjectionKey } from 'vue'

export const LIST_EXTRA: InjectionKey<Component> = Symbol('beside a list')
