import '@fontsource-variable/noto-sans-sc/wght.css'
import 'element-plus/dist/index.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './theme.css'

import { createApp } from 'vue'

import App from './App.vue'

createApp(App).mount('#app')
