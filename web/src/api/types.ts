/** Names for what the service sends and takes; the shapes are generated from its OpenAPI document. */
import type { components } from './schema'

type Schema = components['schemas']

/** GeoJSON as the libraries type it; the document can only say "a list of anything". */
type Drawn<T> = Omit<T, 'geometry'> & { geometry?: GeoJSON.Geometry | null }

export type Bilingual = Schema['TextOut']
export type Status = Schema['StatusOut']

/** West, south, east, north in degrees. */
export type Bounds = NonNullable<Status['bounds']>

export type Version = Schema['VersionOut']
export type Field = Schema['FieldOut']
export type Swatch = Schema['PaintColourOut']
export type Paint = Schema['PaintOut']
export type Layer = Schema['LayerOut']
export type LayerList = Schema['LayersOut']
/** A layer that the profile defines, taken in already or not. */
export type StandardLayer = Schema['StandardLayerOut']
export type GroupId = Layer['group']
export type GeometryKind = Layer['geometry']

export type Properties = Schema['FeatureOut']['properties']
export type Value = Properties[string]
export type Feature = Drawn<Schema['FeatureOut']>

/** One object with its size on the ellipsoid. */
export type FeatureDetail = Drawn<Schema['FeatureDetailOut']>
export type FeaturePage = Omit<Schema['FeaturesOut'], 'features'> & { features: Feature[] }

export type FoundFeature = Schema['IdentifyFeatureOut']
export type Identified = Schema['IdentifyLayerOut']
export type Identify = Schema['IdentifyOut']
export type SearchResult = Schema['SearchResultOut']

export type StatisticsRow = Schema['StatisticsRowOut']
export type Statistics = Schema['StatisticsOut']
export type Adjustment = Schema['AdjustmentOut']

/** An object that only one of two versions has. */
export type OneSided = Schema['CompareFeatureOut']
/** An object that both versions have, differently. */
export type Changed = Schema['ChangedFeatureOut']
export type Comparison = Schema['CompareOut']

export type Measure = Schema['MeasureOut']
export type Problem = Schema['ErrorBody']
export type Task = Schema['TaskOut']
export type TaskState = Task['state']
export type TrailEntry = Schema['TrailEntryOut']
export type TrailPage = Schema['TrailOut']
export type TrailReport = Schema['TrailReportOut']

export type DownloadFormat = 'gpkg' | 'parquet' | 'csv' | 'xlsx'
export type FilterOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'like' | 'in'

/** One condition on a column: `{ field: 'DLBM', op: 'eq', value: '0101' }`. */
export interface Filter {
  field: string
  op: FilterOp
  value: string
}
