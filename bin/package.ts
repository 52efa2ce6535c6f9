import { packageNative } from './package-native.ts'

await packageNative()
