export { ObjectSkeleton as default } from "../../../components/page-skeletons.tsx";
