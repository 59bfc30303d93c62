// The four ideas of the front end, held by a tool: see ARCHITECTURE.md.
module.exports = {
  forbidden: [
    {
      name: 'features-stay-apart',
      comment: 'A feature uses map, api and shared; what two features need goes down there.',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/', pathNot: '^src/features/$1/' },
    },
    {
      name: 'below-features',
      comment: 'map, shared and api know no feature and no frame.',
      severity: 'error',
      from: { path: '^src/(map|shared|api)/' },
      to: { path: '^src/(features|app)/' },
    },
    {
      name: 'features-below-app',
      severity: 'error',
      from: { path: '^src/features/' },
      to: { path: '^src/app/' },
    },
    {
      name: 'api-knows-only-itself',
      comment: 'The client speaks HTTP; it may know the language (a shared ref), nothing else.',
      severity: 'error',
      from: { path: '^src/api/' },
      to: { path: '^src/', pathNot: '^src/(api|shared/lang)' },
    },
    {
      name: 'shared-knows-no-planning',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^src/', pathNot: '^src/shared/' },
    },
    {
      name: 'one-owner-of-the-map',
      comment: 'Only src/map speaks MapLibre.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/map/' },
      to: { path: 'maplibre-gl' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.js', '.json'] },
  },
}
