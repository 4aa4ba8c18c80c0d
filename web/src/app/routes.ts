/** The addresses of the kernel's pages. A system adds its own through the registry's menu. */
import type { RouteRecordRaw } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** Opened without a session. */
    isOpen?: boolean
    /** The dark wall, without the desk's frame. */
    isBare?: boolean
    /** Address of the menu entry that the page belongs to, where its own address does not say it. */
    under?: string
    /** i18n key of the page's title. */
    title?: string
  }
}

export const routes: RouteRecordRaw[] = [
  { path: '/', component: () => import('./wall/WallPage.vue'), meta: { isBare: true, title: 'app.wall' } },
  { path: '/screen', component: () => import('./wall/ScreenPage.vue'), meta: { isBare: true, title: 'screens.title' } },
  { path: '/login', component: () => import('@/kernel/people/LoginPage.vue'), meta: { isOpen: true, isBare: true, title: 'people.login.enter' } },
  { path: '/link', component: () => import('@/kernel/people/LoginPage.vue'), meta: { isOpen: true, isBare: true, title: 'people.login.enter' } },
  { path: '/monitor', component: () => import('@/kernel/alerts/MonitorPage.vue'), meta: { title: 'alerts.title' } },
  { path: '/subjects', component: () => import('@/kernel/subjects/SubjectsPage.vue'), meta: { title: 'subjects.title' } },
  { path: '/subjects/kinds', component: () => import('@/kernel/subjects/KindsPage.vue'), meta: { title: 'subjects.kinds.title' } },
  { path: '/subjects/:id', component: () => import('@/kernel/subjects/SubjectPage.vue'), meta: { title: 'subjects.dossier' } },
  { path: '/register', component: () => import('@/kernel/subjects/RegisterPage.vue'), meta: { title: 'subjects.register.title' } },
  { path: '/datastreams/:id', component: () => import('@/kernel/sensing/DatastreamPage.vue'), meta: { title: 'sensing.column.name', under: '/gateways' } },
  { path: '/installations/:id', component: () => import('@/systems/hazchem/InstallationPage.vue'), meta: { title: 'hazchem.sheet', under: '/installations' } },
  { path: '/data-honesty/looks', component: () => import('@/systems/data_honesty/LooksPage.vue'), meta: { title: 'dataHonesty.looks', under: '/data-honesty' } },
  { path: '/data-honesty/:id', component: () => import('@/systems/data_honesty/FindingPage.vue'), meta: { title: 'dataHonesty.finding', under: '/data-honesty' } },
  { path: '/data-honesty-handed/:id', component: () => import('@/systems/data_honesty/HandedFindingPage.vue'), meta: { title: 'dataHonesty.finding', under: '/data-honesty-handed' } },
  { path: '/commitments/:id', component: () => import('@/systems/firm_day/CommitmentPage.vue'), meta: { title: 'firmDay.promise.title', under: '/commitments' } },
  { path: '/special-work/:id', component: () => import('@/systems/firm_day/PermitPage.vue'), meta: { title: 'firmDay.specialWork', under: '/special-work' } },
  { path: '/bulletins/:id', component: () => import('@/systems/desk/BulletinPage.vue'), meta: { title: 'desk.bulletins', under: '/bulletins' } },
  { path: '/rounds/done', component: () => import('@/systems/desk/RoundsDonePage.vue'), meta: { title: 'desk.round.done', under: '/rounds' } },
  { path: '/rounds/plans', component: () => import('@/systems/desk/RoundPlansPage.vue'), meta: { title: 'desk.round.plans', under: '/rounds' } },
  { path: '/rounds/:id', component: () => import('@/systems/desk/RoundPage.vue'), meta: { title: 'desk.rounds', under: '/rounds' } },
  { path: '/statistics/alarms', component: () => import('@/systems/desk/CountedAlarmsPage.vue'), meta: { title: 'desk.rowsOfAlarms', under: '/statistics' } },
  { path: '/statistics/silences', component: () => import('@/systems/desk/SilencesPage.vue'), meta: { title: 'desk.silences', under: '/statistics' } },
  { path: '/limits', component: () => import('@/kernel/sensing/LimitsPage.vue'), meta: { title: 'sensing.limits' } },
  { path: '/limits/suppressions', component: () => import('@/kernel/sensing/SuppressionsPage.vue'), meta: { title: 'sensing.suppressions' } },
  { path: '/gateways', component: () => import('@/kernel/sensing/GatewaysPage.vue'), meta: { title: 'sensing.gateway.title' } },
  { path: '/devices', component: () => import('@/kernel/sensing/DevicesPage.vue'), meta: { title: 'sensing.device.title', under: '/gateways' } },
  { path: '/datastreams', component: () => import('@/kernel/sensing/DatastreamsPage.vue'), meta: { title: 'sensing.streams.title', under: '/gateways' } },
  { path: '/divisions/reorganisations', component: () => import('@/kernel/places/ReorganisationsPage.vue'), meta: { title: 'places.reorganisations' } },
  { path: '/divisions/zones', component: () => import('@/kernel/places/ZonesPage.vue'), meta: { title: 'places.zones' } },
  { path: '/quarantine', component: () => import('@/kernel/sensing/QuarantinePage.vue'), meta: { title: 'sensing.quarantine.title' } },
  { path: '/messages', component: () => import('@/kernel/messaging/MessagesPage.vue'), meta: { title: 'messaging.title' } },
  { path: '/notifications', component: () => import('@/kernel/messaging/NotificationsPage.vue'), meta: { title: 'messaging.wishes.title', under: '/messages' } },
  { path: '/admin/dispatches', component: () => import('@/kernel/messaging/DispatchesPage.vue'), meta: { title: 'messaging.out.title' } },
  { path: '/people', component: () => import('@/kernel/people/AccountsPage.vue'), meta: { title: 'people.tab.accounts' } },
  { path: '/people/posts', component: () => import('@/kernel/people/PostsPage.vue'), meta: { title: 'people.tab.posts' } },
  { path: '/people/roles', component: () => import('@/kernel/people/RolesPage.vue'), meta: { title: 'people.tab.roles' } },
  { path: '/people/supervisions', component: () => import('@/kernel/subjects/SupervisionsPage.vue'), meta: { title: 'people.tab.supervisions' } },
  { path: '/organisations', component: () => import('@/kernel/people/OrganisationsPage.vue'), meta: { title: 'people.tab.organisations' } },
  { path: '/shares', component: () => import('@/kernel/people/SharesPage.vue'), meta: { title: 'people.share.title' } },
  { path: '/admin/audit', component: () => import('@/kernel/base/JournalPage.vue'), meta: { title: 'base.journal.title' } },
  { path: '/admin/dead-letters', component: () => import('@/kernel/base/DeadLettersPage.vue'), meta: { title: 'base.dead.title' } },
  { path: '/health', component: () => import('@/kernel/base/HealthPage.vue'), meta: { title: 'base.health.title' } },
  { path: '/password', component: () => import('@/kernel/people/PasswordPage.vue'), meta: { title: 'people.password.title' } },
  { path: '/no-post', component: () => import('@/kernel/people/NoPostPage.vue'), meta: { title: 'people.unappointed.title' } },
  { path: '/second-factor', component: () => import('@/kernel/people/SecondFactorPage.vue'), meta: { title: 'people.factor.title' } },
  { path: '/demo/received', component: () => import('@/kernel/messaging/ReceivedPage.vue'), meta: { title: 'messaging.received.title', under: '/demo' } },
  { path: '/demo', component: () => import('@/kernel/people/CastPage.vue'), meta: { title: 'people.cast.title' } },
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('@/kernel/base/NotFoundPage.vue'), meta: { title: 'base.notFound' } },
]

if (import.meta.env.DEV) {
  routes.unshift({ path: '/ui', component: () => import('./stories/StoryPage.vue'), meta: { isOpen: true, isBare: true, title: 'app.name' } })
}
